output "alerts" {
  description = "The alerts of the events, by what they watch."
  value       = { undelivered = azurerm_monitor_metric_alert.undelivered }
}

output "roles" {
  description = "The role assignments of the topic's identity, by what they are for."
  value = {
    deliver     = azurerm_role_assignment.deliver
    undelivered = azurerm_role_assignment.undelivered
  }
}

output "subscription" {
  description = "The event subscription."
  value       = azurerm_eventgrid_system_topic_event_subscription.this
}

output "undelivered_container_name" {
  description = "Name of the container with the events that could not be delivered."
  value       = azurerm_storage_container.undelivered.name
}
