# Flex Consumption apps publish no HTTP metrics of their own; Application Insights counts their requests.

resource "azurerm_monitor_metric_alert" "server_errors" {
  name                = "${var.name}-5xx"
  description         = "Requests to ${var.app_name} that were answered with a server error"
  resource_group_name = var.resource_group.name
  scopes              = [var.application_insights.id]
  severity            = 1
  frequency           = "PT1M"
  window_size         = "PT5M"

  criteria {
    metric_namespace = "microsoft.insights/components"
    metric_name      = "requests/count"
    aggregation      = "Count"
    operator         = "GreaterThanOrEqual"
    threshold        = var.alerts.server_error_count

    dimension {
      name     = "request/resultCode"
      operator = "StartsWith"
      values   = ["5"]
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

# Metric alerts know averages only. A percentile would need a log alert, which is billed for every evaluation.
resource "azurerm_monitor_metric_alert" "latency" {
  name                = "${var.name}-latency"
  description         = "Average duration of the requests to ${var.app_name} in milliseconds"
  resource_group_name = var.resource_group.name
  scopes              = [var.application_insights.id]
  severity            = 2
  frequency           = "PT1M"
  window_size         = "PT5M"

  criteria {
    metric_namespace = "microsoft.insights/components"
    metric_name      = "requests/duration"
    aggregation      = "Average"
    operator         = "GreaterThan"
    threshold        = var.alerts.latency_average_ms
  }

  dynamic "action" {
    for_each = var.alerts.action_group_id == null ? [] : [var.alerts.action_group_id]

    content {
      action_group_id = action.value
    }
  }

  tags = var.tags
}

# An invocation by a queue or an event has no result code. Of HTTP requests this counts refusals (4xx) as well, so it is
# for apps without an HTTP function.
resource "azurerm_monitor_metric_alert" "failures" {
  count = var.alerts.failure_count == null ? 0 : 1

  name                = "${var.name}-failures"
  description         = "Invocations in ${var.app_name} that failed"
  resource_group_name = var.resource_group.name
  scopes              = [var.application_insights.id]
  severity            = 1
  frequency           = "PT1M"
  window_size         = "PT5M"

  criteria {
    metric_namespace = "microsoft.insights/components"
    metric_name      = "requests/failed"
    aggregation      = "Count"
    operator         = "GreaterThanOrEqual"
    threshold        = var.alerts.failure_count
  }

  dynamic "action" {
    for_each = var.alerts.action_group_id == null ? [] : [var.alerts.action_group_id]

    content {
      action_group_id = action.value
    }
  }

  tags = var.tags
}
