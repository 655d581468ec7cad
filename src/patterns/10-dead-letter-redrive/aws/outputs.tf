output "alarm_names" {
  description = "Names of all alarms of the stack."
  value = sort([
    for alarm in flatten([
      aws_cloudwatch_metric_alarm.dead_letter_age,
      values(module.api.alarms),
      values(module.audit_table.alarms),
      values(module.queue.alarms),
      values(module.runbook.alarms),
      values(module.shipments_table.alarms),
      values(module.worker.alarms),
    ]) : alarm.alarm_name
  ])
}

output "api_url" {
  description = "Where the owner of the runbook calls."
  value       = module.api.url
}

output "audit_table_name" {
  description = "Name of the table with what was redriven and parked."
  value       = module.audit_table.table.name
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
  description = "Name of the function that takes orders."
  value       = module.worker.function.function_name
}

output "identity" {
  description = "The role that the function runs as."
  value       = module.worker.role.arn
}

output "log_location" {
  description = "The log group of the function."
  value       = module.worker.log_group.name
}

output "operator_policy_arn" {
  description = "The policy of those who own the runbook."
  value       = aws_iam_policy.operator.arn
}

output "queue_name" {
  description = "Name of the queue that takes orders."
  value       = module.queue.queue.name
}

output "queue_url" {
  description = "URL of the queue that takes orders."
  value       = module.queue.queue.url
}

output "runbook_function_name" {
  description = "Name of the function that redrives."
  value       = module.runbook.function.function_name
}

output "runbook_identity" {
  description = "The role that the redriving function runs as."
  value       = module.runbook.role.arn
}

output "table_name" {
  description = "Name of the table with warehouses and shipments."
  value       = module.shipments_table.table.name
}
