output "alarm_names" {
  description = "Names of all alerts of the stack."
  value = sort([
    for alert in concat(values(module.function_app.alerts), values(module.cosmos.alerts)) : alert.name
  ])
}

output "api_url" {
  description = "Where the API is called, without a slash at the end: $api_url/items."
  value       = module.function_app.url
}

output "function_name" {
  description = "Name of the function app."
  value       = module.function_app.name
}

output "idempotency_table_name" {
  description = "Name of the container with the records of answered requests."
  value       = module.cosmos.containers["idempotency"].name
}

output "identity" {
  description = "The managed identity that the functions run as."
  value       = module.function_app.identity.id
}

output "log_location" {
  description = "The Log Analytics workspace of the functions."
  value       = module.application_insights.workspace_id
}

output "resource_group_name" {
  description = "Name of the resource group."
  value       = azurerm_resource_group.this.name
}

output "table_name" {
  description = "Name of the container with the items."
  value       = module.cosmos.containers["items"].name
}
