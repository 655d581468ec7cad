output "alarm_names" {
  description = "Names of all alert policies of the stack."
  value       = sort([for alert in values(module.function.alerts) : alert.display_name])
}

output "api_url" {
  description = "Where the API is called, without a slash at the end: $api_url/items."
  value       = module.function.url
}

output "function_name" {
  description = "Name of the function."
  value       = module.function.function.name
}

output "idempotency_table_name" {
  description = "Name of the collection with the records of answered requests."
  value       = local.idempotency_collection
}

output "identity" {
  description = "The service account that the function runs as."
  value       = module.function.identity.email
}

output "log_location" {
  description = "The log bucket of the function."
  value       = module.logs.bucket.id
}

output "table_name" {
  description = "Name of the collection with the items."
  value       = local.items_collection
}
