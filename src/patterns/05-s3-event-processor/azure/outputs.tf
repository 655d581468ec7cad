output "alarm_names" {
  description = "Names of all alerts of the stack."
  value = sort([
    for alert in concat(
      values(module.cosmos.alerts),
      values(module.events.alerts),
      values(module.function_app.alerts),
      values(module.service_bus.alerts),
    ) : alert.name
  ])
}

output "bucket_name" {
  description = "Storage account and container that take CSV files."
  value       = "${module.files.account.name}/${module.files.container.name}"
}

output "dead_letter_queue_name" {
  description = "Name of the queue with the notifications of files that could not be indexed."
  value       = module.service_bus.dead_letter_names[local.objects_queue]
}

output "function_name" {
  description = "Name of the function app."
  value       = module.function_app.name
}

output "identity" {
  description = "The managed identity that the function runs as."
  value       = module.function_app.identity.id
}

output "log_location" {
  description = "The Log Analytics workspace of the function."
  value       = module.application_insights.workspace_id
}

output "namespace_host_name" {
  description = "Host name of the Service Bus namespace."
  value       = module.service_bus.host_name
}

output "queue_name" {
  description = "Name of the queue with the notifications of new files."
  value       = module.service_bus.queues[local.objects_queue].name
}

output "resource_group_name" {
  description = "Name of the resource group."
  value       = azurerm_resource_group.this.name
}

output "table_name" {
  description = "Name of the container with rows, records of uploads and pointers to the latest versions."
  value       = module.cosmos.containers[local.files_container].name
}

output "undelivered_container_name" {
  description = "Name of the blob container with the events that could not be delivered."
  value       = module.events.undelivered_container_name
}
