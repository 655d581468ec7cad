output "alarm_names" {
  description = "Names of all alarms of the stack."
  value = sort([
    for alarm in flatten([
      aws_cloudwatch_metric_alarm.dead_letters_expire,
      values(module.audit_table.alarms),
      values(module.consumer.alarms),
      values(module.orders_queue.alarms),
      values(module.orders_table.alarms),
      values(module.redrive_queue.alarms),
      values(module.redriver.alarms),
    ]) : alarm.alarm_name
  ])
}

output "audit_table_name" {
  description = "Name of the table with a line for each dead letter that a redrive has looked at."
  value       = module.audit_table.table.name
}

output "dead_letter_queue_name" {
  description = "Name of the queue with the orders that could not be processed."
  value       = module.orders_queue.dead_letter_queue.name
}

output "dead_letter_queue_url" {
  description = "URL of the queue with the orders that could not be processed."
  value       = module.orders_queue.dead_letter_queue.url
}

output "function_name" {
  description = "Name of the function that takes orders."
  value       = module.consumer.function.function_name
}

output "log_location" {
  description = "The log group of the function that takes orders."
  value       = module.consumer.log_group.name
}

output "queue_name" {
  description = "Name of the queue that takes orders."
  value       = module.orders_queue.queue.name
}

output "queue_url" {
  description = "URL of the queue that takes orders."
  value       = module.orders_queue.queue.url
}

output "redrive_dead_letter_queue_name" {
  description = "Name of the queue with the redrive requests that could not be processed."
  value       = module.redrive_queue.dead_letter_queue.name
}

output "redrive_queue_name" {
  description = "Name of the queue that takes redrive requests."
  value       = module.redrive_queue.queue.name
}

output "table_name" {
  description = "Name of the table with the orders."
  value       = module.orders_table.table.name
}
