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
  description = "Where the owner of the runbook calls, without a slash at the end."
  value       = module.function_app.url
}

output "audit_table_name" {
  description = "Name of the container with what was redriven and parked."
  value       = module.cosmos.containers["audit"].name
}

output "dead_letter_queue_name" {
  description = "Name of the queue with the messages that could not be processed."
  value       = module.service_bus.dead_letter_names[local.orders_queue]
}

output "function_name" {
  description = "Name of the function app."
  value       = module.function_app.name
}

output "identity" {
  description = "The managed identity that the function runs as."
  value       = module.function_app.identity.id
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
  description = "Name of the queue that takes orders."
  value       = module.service_bus.queues[local.orders_queue].name
}

output "resource_group_name" {
  description = "Name of the resource group."
  value       = azurerm_resource_group.this.name
}

output "table_name" {
  description = "Name of the container with warehouses and shipments."
  value       = module.cosmos.containers["shipments"].name
}
