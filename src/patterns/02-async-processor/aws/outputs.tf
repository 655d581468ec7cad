output "alarm_names" {
  description = "Names of all alarms of the stack."
  value = sort([
    for alarm in flatten([
      values(module.api.alarms),
      values(module.queue.alarms),
      values(module.submit.alarms),
      values(module.worker.alarms),
    ]) : alarm.alarm_name
  ])
}

output "api_url" {
  description = "Where the API is called, without a slash at the end: $api_url/jobs."
  value       = module.api.url
}

output "bucket_name" {
  description = "Name of the bucket with the results."
  value       = module.bucket.bucket.bucket
}

output "dead_letter_queue_name" {
  description = "Name of the queue with the jobs that could not be done."
  value       = module.queue.dead_letter_queue.name
}

output "dead_letter_queue_url" {
  description = "URL of the queue with the jobs that could not be done."
  value       = module.queue.dead_letter_queue.url
}

output "function_name" {
  description = "Name of the function that does the jobs."
  value       = module.worker.function.function_name
}

output "identity" {
  description = "The role that the worker runs as."
  value       = module.worker.role.arn
}

output "log_location" {
  description = "The log group of the worker."
  value       = module.worker.log_group.name
}

output "queue_name" {
  description = "Name of the queue that takes jobs."
  value       = module.queue.queue.name
}

output "queue_url" {
  description = "URL of the queue that takes jobs."
  value       = module.queue.queue.url
}

output "submit_function_name" {
  description = "Name of the function that takes requests."
  value       = module.submit.function.function_name
}

output "submit_log_location" {
  description = "The log group of the function that takes requests."
  value       = module.submit.log_group.name
}
