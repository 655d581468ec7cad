output "component" {
  description = "Id and connection string of the Application Insights component; the connection string names it, it admits nobody."
  value = {
    connection_string = nonsensitive(azurerm_application_insights.this.connection_string)
    id                = azurerm_application_insights.this.id
  }
}

output "retention_days" {
  description = "Days that telemetry is kept."
  value       = azurerm_log_analytics_workspace.this.retention_in_days
}

output "workspace_id" {
  description = "Id of the Log Analytics workspace."
  value       = azurerm_log_analytics_workspace.this.id
}
