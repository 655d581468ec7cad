output "alarm_names" {
  description = "Names of all alert policies of the stack."
  value = sort([
    for alert in concat(
      values(module.consumer.alerts),
      values(module.jobs.alerts),
      values(module.submit.alerts),
      values(module.worker.alerts),
    ) : alert.display_name
  ])
}

output "api_url" {
  description = "Where the API is called, without a slash at the end: $api_url/jobs."
  value       = module.submit.url
}

output "bucket_name" {
  description = "Name of the bucket with the results."
  value       = module.bucket.bucket.name
}

output "dead_letter_queue_name" {
  description = "Name of the subscription with the jobs that could not be done."
  value       = module.jobs.dead_letter_subscription.name
}

output "function_name" {
  description = "Name of the function that does the jobs."
  value       = module.worker.function.name
}

output "identity" {
  description = "The service account that the worker runs as."
  value       = module.worker.identity.email
}

output "log_location" {
  description = "The log bucket of both functions."
  value       = module.logs.bucket.id
}

output "queue_name" {
  description = "Name of the topic that takes jobs."
  value       = module.jobs.topic.name
}

output "submit_function_name" {
  description = "Name of the function that takes requests."
  value       = module.submit.function.name
}

output "subscription_name" {
  description = "Name of the subscription that brings jobs to the worker."
  value       = module.consumer.subscription.name
}
