output "alarms" {
  description = "The alarms of the table, by what they watch."
  value = {
    system_errors = aws_cloudwatch_metric_alarm.system_errors
    throttles     = aws_cloudwatch_metric_alarm.throttles
  }
}

output "table" {
  description = "The table."
  value       = aws_dynamodb_table.this
}
