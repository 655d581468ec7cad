output "alarm_names" {
  description = "Names of all alarms of the stack."
  value = sort([
    for alarm in flatten([
      values(module.api.alarms),
      values(module.function.alarms),
      values(module.idempotency_table.alarms),
      values(module.items_table.alarms),
    ]) : alarm.alarm_name
  ])
}

output "api_gateway_url" {
  description = "The same as api_url, under the name that AWS users look for."
  value       = module.api.url
}

output "api_url" {
  description = "Where the API is called, without a slash at the end: $api_url/items."
  value       = module.api.url
}

output "function_name" {
  description = "Name of the function."
  value       = module.function.function.function_name
}

output "idempotency_table_name" {
  description = "Name of the table with the records of answered requests."
  value       = module.idempotency_table.table.name
}

output "identity" {
  description = "The role that the function runs as."
  value       = module.function.role.arn
}

output "log_location" {
  description = "The log group of the function."
  value       = module.function.log_group.name
}

output "table_name" {
  description = "Name of the table with the items."
  value       = module.items_table.table.name
}
