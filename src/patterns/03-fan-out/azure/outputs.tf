output "alarm_names" {
  description = "Names of all alerts of the stack."
  value = sort([
    for alert in concat(
      values(module.cosmos.alerts),
      values(module.function_app.alerts),
      values(module.service_bus.alerts),
    ) : alert.name
  ])
}

output "api_url" {
  description = "Where the API is called, without a slash at the end: $api_url/orders."
  value       = module.function_app.url
}

output "completed_queue_name" {
  description = "Name of the queue that takes the completed orders."
  value       = module.service_bus.queues[local.completed_queue].name
}

output "function_name" {
  description = "Name of the function app."
  value       = module.function_app.name
}

output "identity" {
  description = "The managed identity that the functions run as."
  value       = module.function_app.identity.id
}

output "inventory_dead_letter_queue_name" {
  description = "Name of the queue with the orders for which nothing could be reserved."
  value       = module.service_bus.dead_letter_names["${local.orders_topic}/inventory"]
}

output "invoice_dead_letter_queue_name" {
  description = "Name of the queue with the orders for which no invoice could be written."
  value       = module.service_bus.dead_letter_names["${local.orders_topic}/invoice"]
}

output "log_location" {
  description = "The Log Analytics workspace of the functions."
  value       = module.application_insights.workspace_id
}

output "namespace_host_name" {
  description = "Host name of the Service Bus namespace."
  value       = module.service_bus.host_name
}

output "notification_dead_letter_queue_name" {
  description = "Name of the queue with the orders of which nobody could be told."
  value       = module.service_bus.dead_letter_names["${local.orders_topic}/notification"]
}

output "resource_group_name" {
  description = "Name of the resource group."
  value       = azurerm_resource_group.this.name
}

output "table_name" {
  description = "Name of the container with the orders and the results of their branches."
  value       = module.cosmos.containers[local.orders_container].name
}

output "topic_name" {
  description = "Name of the topic; who publishes there sets the properties delivery and payment."
  value       = module.service_bus.topics[local.orders_topic].name
}
