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

output "dead_letter_queue_name" {
  description = "Name of the queue with the messages that could not be processed."
  value       = module.service_bus.dead_letter_names[local.transfers_queue]
}

output "function_name" {
  description = "Name of the function app."
  value       = module.function_app.name
}

output "identity" {
  description = "The managed identity that the function runs as."
  value       = module.function_app.identity.id
}

output "inbox_table_name" {
  description = "Name of the container with the marks of what has had its effect."
  value       = module.cosmos.containers[local.ledger_container].name
}

output "log_location" {
  description = "The Log Analytics workspace of the function."
  value       = module.application_insights.workspace_id
}

output "namespace_host_name" {
  description = "Host name of the Service Bus namespace."
  value       = module.service_bus.host_name
}

output "queue_name" {
  description = "Name of the queue that takes transfers."
  value       = module.service_bus.queues[local.transfers_queue].name
}

output "resource_group_name" {
  description = "Name of the resource group."
  value       = azurerm_resource_group.this.name
}

output "table_name" {
  description = "Name of the container with the balances."
  value       = module.cosmos.containers[local.ledger_container].name
}
