output "alarm_names" {
  description = "Names of all alert policies of the stack."
  value = sort([
    for alert in concat(
      [google_monitoring_alert_policy.dead_letter_age],
      values(module.consumer.alerts),
      values(module.runbook.alerts),
      values(module.worker.alerts),
      values(module.orders.alerts),
    ) : alert.display_name
  ])
}

output "api_url" {
  description = "Where the owner of the runbook calls, without a slash at the end."
  value       = module.runbook.url
}

output "audit_table_name" {
  description = "Name of the collection with what was redriven and parked."
  value       = local.audit_collection
}

output "dead_letter_queue_name" {
  description = "Name of the subscription with the messages that could not be processed."
  value       = module.orders.dead_letter_subscription.name
}

output "function_name" {
  description = "Name of the function."
  value       = module.worker.function.name
}

output "identity" {
  description = "The service account that the function runs as."
  value       = module.worker.identity.email
}

output "log_location" {
  description = "The log bucket of the function."
  value       = module.logs.bucket.id
}

output "operator" {
  description = "The service account that may look at dead letters and redrive them."
  value       = google_service_account.operator.email
}

output "queue_name" {
  description = "Name of the topic that takes orders."
  value       = module.orders.topic.name
}

output "runbook_function_name" {
  description = "Name of the function that redrives."
  value       = module.runbook.function.name
}

output "runbook_identity" {
  description = "The service account that the redriving function runs as."
  value       = module.runbook.identity.email
}

output "subscription_name" {
  description = "Name of the subscription that brings orders to the function."
  value       = module.consumer.subscription.name
}

output "table_name" {
  description = "Name of the collection with warehouses and shipments."
  value       = local.shipments_collection
}
