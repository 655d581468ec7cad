output "alarm_names" {
  description = "Names of all alarms of the stack."
  value = sort([
    for alarm in flatten([
      values(module.accounts_table.alarms),
      values(module.function.alarms),
      values(module.inbox_table.alarms),
      values(module.queue.alarms),
    ]) : alarm.alarm_name
  ])
}

output "dead_letter_queue_name" {
  description = "Name of the queue with the messages that could not be processed."
  value       = module.queue.dead_letter_queue.name
}

output "dead_letter_queue_url" {
  description = "URL of the queue with the messages that could not be processed."
  value       = module.queue.dead_letter_queue.url
}

output "function_name" {
  description = "Name of the function."
  value       = module.function.function.function_name
}

output "identity" {
  description = "The role that the function runs as."
  value       = module.function.role.arn
}

output "inbox_table_name" {
  description = "Name of the table with the marks of what has had its effect."
  value       = module.inbox_table.table.name
}

output "log_location" {
  description = "The log group of the function."
  value       = module.function.log_group.name
}

output "queue_name" {
  description = "Name of the queue that takes transfers."
  value       = module.queue.queue.name
}

output "queue_url" {
  description = "URL of the queue that takes transfers."
  value       = module.queue.queue.url
}

output "table_name" {
  description = "Name of the table with the balances."
  value       = module.accounts_table.table.name
}
