output "alarms" {
  description = "The alarms of the function, by what they watch."
  value = {
    duration  = aws_cloudwatch_metric_alarm.duration
    errors    = aws_cloudwatch_metric_alarm.errors
    throttles = aws_cloudwatch_metric_alarm.throttles
  }
}

output "alias" {
  description = "The alias `live` that callers use."
  value       = aws_lambda_alias.live
}

output "async" {
  description = "What holds for asynchronous calls, or null."
  value       = one(aws_lambda_function_event_invoke_config.live[*])
}

output "function" {
  description = "The function."
  value       = aws_lambda_function.this
}

output "keep_warm" {
  description = "The keep-warm schedule, or null."
  value       = one(aws_scheduler_schedule.keep_warm[*])
}

output "log_group" {
  description = "The log group of the function."
  value       = aws_cloudwatch_log_group.this
}

output "policies" {
  description = "The policy documents of the execution role that this module makes, by name."
  value = merge(
    { logs = aws_iam_role_policy.logs.policy },
    { for policy in aws_iam_role_policy.tracing : policy.name => policy.policy },
    { for policy in aws_iam_role_policy.network : policy.name => policy.policy },
    { for policy in aws_iam_role_policy.failures : policy.name => policy.policy },
  )
}

output "provisioned_concurrency" {
  description = "The provisioned concurrency of the alias, or null."
  value       = one(aws_lambda_provisioned_concurrency_config.live[*])
}

output "role" {
  description = "The execution role; the stack attaches what the function may do."
  value       = aws_iam_role.this
}
