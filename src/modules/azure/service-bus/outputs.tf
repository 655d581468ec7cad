output "alerts" {
  description = "The alerts of the namespace, by what they watch."
  value       = azurerm_monitor_metric_alert.this
}

output "dead_letter_names" {
  description = "Where the dead letters of each source are read, by queue name or topic/subscription: a queue, or the subqueue of the source."
  value = {
    for name, source in local.sources : name => (
      source.dead_letter_queue ? azurerm_servicebus_queue.dead_letter[name].name :
      contains(keys(local.subscriptions), name) ? "${replace(name, "/", "/subscriptions/")}/$deadletterqueue" : "${name}/$deadletterqueue"
    )
  }
}

output "dead_letter_queues" {
  description = "The dead-letter queues, by the queue or topic/subscription whose dead letters they take."
  value       = azurerm_servicebus_queue.dead_letter
}

output "host_name" {
  description = "Host name of the namespace: what a function's setting <connection>__fullyQualifiedNamespace holds."
  value       = "${azurerm_servicebus_namespace.this.name}.servicebus.windows.net"
}

output "namespace" {
  description = "Id and name of the namespace, and how it is protected."
  value = {
    id                  = azurerm_servicebus_namespace.this.id
    local_auth_enabled  = azurerm_servicebus_namespace.this.local_auth_enabled
    minimum_tls_version = azurerm_servicebus_namespace.this.minimum_tls_version
    name                = azurerm_servicebus_namespace.this.name
  }
}

output "queues" {
  description = "The queues, by name."
  value       = azurerm_servicebus_queue.this
}

output "subscriptions" {
  description = "The subscriptions, by topic/subscription."
  value       = azurerm_servicebus_subscription.this
}

output "topics" {
  description = "The topics, by name."
  value       = azurerm_servicebus_topic.this
}
