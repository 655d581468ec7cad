output "alarm_names" {
  description = "Names of all alarms of the stack."
  value = sort([
    for alarm in flatten([
      values(module.events.alarms),
      values(module.function.alarms),
      values(module.queue.alarms),
      values(module.table.alarms),
    ]) : alarm.alarm_name
  ])
}

output "bucket_name" {
  description = "Name of the bucket that takes CSV files."
  value       = module.bucket.bucket.id
}

output "dead_letter_queue_name" {
  description = "Name of the queue with the notifications of files that could not be indexed."
  value       = module.queue.dead_letter_queue.name
}

output "dead_letter_queue_url" {
  description = "URL of the queue with the notifications of files that could not be indexed."
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

output "log_location" {
  description = "The log group of the function."
  value       = module.function.log_group.name
}

output "queue_name" {
  description = "Name of the queue with the notifications of new files."
  value       = module.queue.queue.name
}

output "queue_url" {
  description = "URL of the queue with the notifications of new files."
  value       = module.queue.queue.url
}

output "table_name" {
  description = "Name of the table with rows, records of uploads and pointers to the latest versions."
  value       = module.table.table.name
}
