resource "azurerm_monitor_metric_alert" "undelivered" {
  name                = "${var.name}-undelivered"
  description         = "Events of new blobs that ${var.name} could not deliver for a day"
  resource_group_name = var.resource_group.name
  scopes              = [azurerm_eventgrid_system_topic.this.id]
  severity            = 1
  frequency           = "PT1M"
  window_size         = "PT5M"

  criteria {
    metric_namespace = "Microsoft.EventGrid/systemTopics"
    metric_name      = "DeadLetteredCount"
    aggregation      = "Total"
    operator         = "GreaterThanOrEqual"
    threshold        = 1
  }

  dynamic "action" {
    for_each = var.alerts.action_group_id == null ? [] : [var.alerts.action_group_id]

    content {
      action_group_id = action.value
    }
  }

  tags = var.tags
}
