output "alarm_names" {
  description = "Names of all alarms of the stack."
  value = sort([
    for alarm in flatten([
      values(module.api.alarms),
      values(module.api_function.alarms),
      values(module.completed.alarms),
      values(module.orders_table.alarms),
      values(module.topic.alarms),
      [for function in module.branch_function : values(function.alarms)],
    ]) : alarm.alarm_name
  ])
}

output "api_url" {
  description = "Where the API is called, without a slash at the end: $api_url/orders."
  value       = module.api.url
}

output "branch_function_names" {
  description = "Names of the branches' functions, by branch."
  value       = { for name, function in module.branch_function : name => function.function.function_name }
}

output "completed_queue_name" {
  description = "Name of the queue that takes the completed orders."
  value       = module.completed.queue.name
}

output "completed_queue_url" {
  description = "URL of the queue that takes the completed orders."
  value       = module.completed.queue.url
}

output "function_name" {
  description = "Name of the function that answers the API."
  value       = module.api_function.function.function_name
}

output "identity" {
  description = "The role that the API's function runs as; each branch has its own."
  value       = module.api_function.role.arn
}

output "inventory_dead_letter_queue_name" {
  description = "Name of the queue with the orders for which nothing could be reserved."
  value       = module.topic.dead_letter_queues["inventory"].name
}

output "invoice_dead_letter_queue_name" {
  description = "Name of the queue with the orders for which no invoice could be written."
  value       = module.topic.dead_letter_queues["invoice"].name
}

output "log_location" {
  description = "The log group of the API's function; the branches' add a hyphen and their names."
  value       = module.api_function.log_group.name
}

output "notification_dead_letter_queue_name" {
  description = "Name of the queue with the orders of which nobody could be told."
  value       = module.topic.dead_letter_queues["notification"].name
}

output "table_name" {
  description = "Name of the table with the orders and the results of their branches."
  value       = module.orders_table.table.name
}

output "topic_arn" {
  description = "ARN of the topic; who publishes there sets the attributes delivery and payment."
  value       = module.topic.topic.arn
}

output "topic_name" {
  description = "Name of the topic."
  value       = module.topic.topic.name
}
