output "alarm_names" {
  description = "Names of all alert policies of the stack."
  value = sort([
    for alert in flatten([
      values(module.api.alerts),
      [for function in module.branch : values(function.alerts)],
      [for consumer in module.consumer : values(consumer.alerts)],
      [for letters in module.dead_letters : values(letters.alerts)],
    ]) : alert.display_name
  ])
}

output "api_url" {
  description = "Where the API is called, without a slash at the end: $api_url/orders."
  value       = module.api.url
}

output "branch_function_names" {
  description = "Names of the branches' functions, by branch."
  value       = { for name, function in module.branch : name => function.function.name }
}

output "completed_queue_name" {
  description = "Name of the subscription with the completed orders."
  value       = google_pubsub_subscription.completed.name
}

output "function_name" {
  description = "Name of the function that answers the API."
  value       = module.api.function.name
}

output "identity" {
  description = "The service account that the API's function runs as; each branch has its own."
  value       = module.api.identity.email
}

output "inventory_dead_letter_queue_name" {
  description = "Name of the subscription with the orders for which nothing could be reserved."
  value       = module.dead_letters["inventory"].subscription.name
}

output "invoice_dead_letter_queue_name" {
  description = "Name of the subscription with the orders for which no invoice could be written."
  value       = module.dead_letters["invoice"].subscription.name
}

output "log_location" {
  description = "The log bucket of all functions."
  value       = module.logs.bucket.id
}

output "notification_dead_letter_queue_name" {
  description = "Name of the subscription with the orders of which nobody could be told."
  value       = module.dead_letters["notification"].subscription.name
}

output "table_name" {
  description = "Name of the collection with the orders and the results of their branches."
  value       = local.orders_collection
}

output "topic_name" {
  description = "Name of the topic; who publishes there sets the attributes delivery and payment."
  value       = module.orders.topic.name
}
