resource "azurerm_monitor_metric_alert" "throttled" {
  name                = "${var.name}-cosmos-429"
  description         = "Requests that ${var.account_name} refused because it could not keep up"
  resource_group_name = var.resource_group.name
  scopes              = [azurerm_cosmosdb_account.this.id]
  severity            = 2
  frequency           = "PT1M"
  window_size         = "PT5M"

  criteria {
    metric_namespace = "Microsoft.DocumentDB/databaseAccounts"
    metric_name      = "TotalRequests"
    aggregation      = "Count"
    operator         = "GreaterThanOrEqual"
    threshold        = var.alerts.throttle_count

    dimension {
      name     = "StatusCode"
      operator = "Include"
      values   = ["429"]
    }
  }

  dynamic "action" {
    for_each = var.alerts.action_group_id == null ? [] : [var.alerts.action_group_id]

    content {
      action_group_id = action.value
    }
  }

  tags = var.tags
}
