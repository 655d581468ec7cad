output "alarm_names" {
  description = "Names of all alert policies of the stack."
  value = sort([
    for alert in concat(
      values(module.consumer.alerts),
      values(module.function.alerts),
      values(module.notifications.alerts),
    ) : alert.display_name
  ])
}

output "bucket_name" {
  description = "Name of the bucket that takes CSV files."
  value       = module.bucket.bucket.name
}

output "dead_letter_queue_name" {
  description = "Name of the subscription with the notifications of files that could not be indexed."
  value       = module.notifications.dead_letter_subscription.name
}

output "function_name" {
  description = "Name of the function."
  value       = module.function.function.name
}

output "identity" {
  description = "The service account that the function runs as."
  value       = module.function.identity.email
}

output "log_location" {
  description = "The log bucket of the function."
  value       = module.logs.bucket.id
}

output "queue_name" {
  description = "Name of the topic with the notifications of new files."
  value       = module.notifications.topic.name
}

output "subscription_name" {
  description = "Name of the subscription that brings notifications to the function."
  value       = module.consumer.subscription.name
}

output "table_name" {
  description = "Name of the collection with rows, records of uploads and pointers to the latest versions."
  value       = local.collection
}
