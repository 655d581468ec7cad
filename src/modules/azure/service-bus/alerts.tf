# Service Bus has no metric of a message's age; the number of waiting messages tells that a consumer does not keep up.
# https://learn.microsoft.com/azure/service-bus-messaging/monitor-service-bus-reference

locals {
  dead_letter_queue_names = sort([for queue in azurerm_servicebus_queue.dead_letter : queue.name])
  source_names            = sort(concat(keys(var.queues), keys(var.topics)))

  alerts = merge(
    {
      # Of every queue: those without a dead-letter queue of their own, and messages that could not be forwarded.
      dead_lettered = {
        description = "Messages in a dead-letter subqueue of ${var.namespace_name}"
        metric      = "DeadletteredMessages"
        entities    = []
        threshold   = var.alerts.dead_letter_count
        severity    = 1
      }
    },
    length(local.source_names) == 0 ? {} : {
      backlog = {
        description = "Messages that wait in ${var.namespace_name}: a consumer is not keeping up"
        metric      = "ActiveMessages"
        entities    = local.source_names
        threshold   = var.alerts.active_message_count
        severity    = 2
      }
    },
    length(local.dead_letter_queue_names) == 0 ? {} : {
      dead_letters = {
        description = "Messages of ${var.namespace_name} that could not be processed and wait for somebody to look at them"
        metric      = "ActiveMessages"
        entities    = local.dead_letter_queue_names
        threshold   = var.alerts.dead_letter_count
        severity    = 1
      }
    },
  )
}

resource "azurerm_monitor_metric_alert" "this" {
  for_each = local.alerts

  name                = "${var.name}-${replace(each.key, "_", "-")}"
  description         = each.value.description
  resource_group_name = var.resource_group.name
  scopes              = [azurerm_servicebus_namespace.this.id]
  severity            = each.value.severity
  frequency           = "PT1M"
  window_size         = "PT5M"

  criteria {
    metric_namespace = "Microsoft.ServiceBus/namespaces"
    metric_name      = each.value.metric
    aggregation      = "Maximum"
    operator         = "GreaterThanOrEqual"
    threshold        = each.value.threshold

    dynamic "dimension" {
      for_each = length(each.value.entities) == 0 ? [] : [each.value.entities]

      content {
        name     = "EntityName"
        operator = "Include"
        values   = dimension.value
      }
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
