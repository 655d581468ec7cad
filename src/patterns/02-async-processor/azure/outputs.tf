output "alarm_names" {
  description = "Names of all alerts of the stack."
  value = sort([
    for alert in concat(values(module.function_app.alerts), values(module.service_bus.alerts)) : alert.name
  ])
}

output "api_url" {
  description = "Where the API is called, without a slash at the end: $api_url/jobs."
  value       = module.function_app.url
}

output "bucket_name" {
  description = "Name of the container with the results, after that of its storage account."
  value       = "${module.results.account.name}/${module.results.container.name}"
}

output "dead_letter_queue_name" {
  description = "Name of the queue with the jobs that could not be done."
  value       = module.service_bus.dead_letter_names[local.jobs_queue]
}

output "function_name" {
  description = "Name of the function app."
  value       = module.function_app.name
}

output "identity" {
  description = "The managed identity that the functions run as."
  value       = module.function_app.identity.id
}

output "log_location" {
  description = "The Log Analytics workspace of the functions."
  value       = module.application_insights.workspace_id
}

output "namespace_host_name" {
  description = "Host name of the Service Bus namespace."
  value       = module.service_bus.host_name
}

output "queue_name" {
  description = "Name of the queue that takes jobs."
  value       = module.service_bus.queues[local.jobs_queue].name
}

output "resource_group_name" {
  description = "Name of the resource group."
  value       = azurerm_resource_group.this.name
}
