resource "azurerm_servicebus_queue" "this" {
  for_each = var.queues

  name         = each.key
  namespace_id = azurerm_servicebus_namespace.this.id

  default_message_ttl  = "P${each.value.retention_days}D"
  lock_duration        = "PT${each.value.lock_seconds}S"
  max_delivery_count   = each.value.max_deliveries
  requires_session     = each.value.sessions
  partitioning_enabled = false

  # What nobody has taken in time is kept as well.
  dead_lettering_on_message_expiration = true
  forward_dead_lettered_messages_to    = each.value.dead_letter_queue ? azurerm_servicebus_queue.dead_letter[each.key].name : null

  requires_duplicate_detection            = each.value.duplicate_detection_minutes != null
  duplicate_detection_history_time_window = each.value.duplicate_detection_minutes == null ? null : "PT${each.value.duplicate_detection_minutes}M"
}

# Dead letters in a queue of their own. The subqueue `$deadletterqueue` takes messages from nobody but the broker; this
# one also takes those that a function itself finds to be beyond help, with the cause that it gives.
resource "azurerm_servicebus_queue" "dead_letter" {
  for_each = { for name, source in local.sources : name => source if source.dead_letter_queue }

  name         = "${replace(each.key, "/", "-")}-dead-letter"
  namespace_id = azurerm_servicebus_namespace.this.id

  default_message_ttl                  = "P${var.dead_letter_retention_days}D"
  dead_lettering_on_message_expiration = false
  max_delivery_count                   = 1000
  partitioning_enabled                 = false
}

locals {
  # Everything that is read: queues by name, subscriptions as topic/subscription.
  sources = merge(
    { for name, queue in var.queues : name => { dead_letter_queue = queue.dead_letter_queue } },
    { for name, subscription in local.subscriptions : name => { dead_letter_queue = subscription.dead_letter_queue } },
  )
}
