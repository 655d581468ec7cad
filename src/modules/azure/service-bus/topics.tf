locals {
  subscriptions = merge([
    for topic, settings in var.topics : {
      for name, subscription in settings.subscriptions :
      "${topic}/${name}" => merge(subscription, { topic = topic, name = name })
    }
  ]...)
}

resource "azurerm_servicebus_topic" "this" {
  for_each = var.topics

  name         = each.key
  namespace_id = azurerm_servicebus_namespace.this.id

  default_message_ttl  = "P${each.value.retention_days}D"
  partitioning_enabled = false

  requires_duplicate_detection            = each.value.duplicate_detection_minutes != null
  duplicate_detection_history_time_window = each.value.duplicate_detection_minutes == null ? null : "PT${each.value.duplicate_detection_minutes}M"
}

resource "azurerm_servicebus_subscription" "this" {
  for_each = local.subscriptions

  name     = each.value.name
  topic_id = azurerm_servicebus_topic.this[each.value.topic].id

  lock_duration      = "PT${each.value.lock_seconds}S"
  max_delivery_count = each.value.max_deliveries
  requires_session   = each.value.sessions

  dead_lettering_on_filter_evaluation_error = true
  dead_lettering_on_message_expiration      = true
  forward_dead_lettered_messages_to         = each.value.dead_letter_queue ? azurerm_servicebus_queue.dead_letter[each.key].name : null
}

# Without a filter a subscription takes everything, by a rule that Azure makes with it. Azure removes that rule when the
# first one is added; until then, for seconds, the new subscription takes everything.
# https://github.com/hashicorp/terraform-provider-azurerm/issues/20718
resource "azurerm_servicebus_subscription_rule" "this" {
  for_each = { for key, subscription in local.subscriptions : key => subscription if subscription.sql_filter != null }

  name            = "filter"
  subscription_id = azurerm_servicebus_subscription.this[each.key].id
  filter_type     = "SqlFilter"
  sql_filter      = each.value.sql_filter
}
