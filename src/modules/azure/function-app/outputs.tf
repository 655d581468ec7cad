output "alerts" {
  description = "The alerts of the app, by what they watch."
  value = merge(
    {
      latency       = azurerm_monitor_metric_alert.latency
      server_errors = azurerm_monitor_metric_alert.server_errors
    },
    { for alert in azurerm_monitor_metric_alert.failures : "failures" => alert },
  )
}

output "function_app" {
  description = "The function app. Sensitive, because it includes publishing credentials."
  value       = azurerm_function_app_flex_consumption.this
  sensitive   = true
}

output "identity" {
  description = "The identity that the functions run as."
  value       = azurerm_user_assigned_identity.this
}

output "name" {
  description = "Name of the function app."
  value       = azurerm_function_app_flex_consumption.this.name
}

output "plan" {
  description = "The Flex Consumption plan."
  value       = azurerm_service_plan.this
}

output "roles" {
  description = "The role assignments of the identity that this module makes, by what they are for."
  value = {
    storage   = azurerm_role_assignment.storage
    telemetry = azurerm_role_assignment.telemetry
  }
}

output "storage_account" {
  description = "The storage account of host and package. Sensitive, because it includes keys (which it refuses)."
  value       = azurerm_storage_account.this
  sensitive   = true
}

output "storage_account_id" {
  description = "Id of the storage account of host and package."
  value       = azurerm_storage_account.this.id
}

output "url" {
  description = "Where the app is called, without a slash at the end."
  value       = "https://${azurerm_function_app_flex_consumption.this.default_hostname}"
}
