# Logs, traces and metrics: Application Insights on a Log Analytics workspace of its own. Telemetry is taken from
# identities only, and a daily quota keeps a logging loop from costing more than the application.

resource "azurerm_log_analytics_workspace" "this" {
  name                         = var.name
  resource_group_name          = var.resource_group.name
  location                     = var.resource_group.location
  sku                          = "PerGB2018"
  retention_in_days            = var.retention_days
  daily_quota_gb               = var.daily_quota_gb
  local_authentication_enabled = false

  tags = var.tags
}

resource "azurerm_application_insights" "this" {
  name                         = var.name
  resource_group_name          = var.resource_group.name
  location                     = var.resource_group.location
  workspace_id                 = azurerm_log_analytics_workspace.this.id
  application_type             = "web"
  retention_in_days            = var.retention_days
  daily_data_cap_in_gb         = var.daily_quota_gb
  local_authentication_enabled = false

  tags = var.tags
}
