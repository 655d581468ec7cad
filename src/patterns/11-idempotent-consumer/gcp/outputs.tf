output "alarm_names" {
  description = "Names of all alert policies of the stack."
  value = sort([
    for alert in concat(
      values(module.consumer.alerts),
      values(module.function.alerts),
      values(module.transfers.alerts),
    ) : alert.display_name
  ])
}

output "dead_letter_queue_name" {
  description = "Name of the subscription with the messages that could not be processed."
  value       = module.transfers.dead_letter_subscription.name
}

output "function_name" {
  description = "Name of the function."
  value       = module.function.function.name
}

output "identity" {
  description = "The service account that the function runs as."
  value       = module.function.identity.email
}

output "inbox_table_name" {
  description = "Name of the collection with the marks of what has had its effect."
  value       = local.inbox_collection
}

output "log_location" {
  description = "The log bucket of the function."
  value       = module.logs.bucket.id
}

output "queue_name" {
  description = "Name of the topic that takes transfers."
  value       = module.transfers.topic.name
}

output "subscription_name" {
  description = "Name of the subscription that brings transfers to the function."
  value       = module.consumer.subscription.name
}

output "table_name" {
  description = "Name of the collection with the balances."
  value       = local.accounts_collection
}
