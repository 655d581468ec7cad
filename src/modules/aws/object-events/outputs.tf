output "alarms" {
  description = "The alarms of the events, by what they watch."
  value       = { undelivered = aws_cloudwatch_metric_alarm.undelivered }
}

output "dead_letter_policy" {
  description = "What EventBridge may do with the dead-letter queue."
  value       = aws_sqs_queue_policy.dead_letter.policy
}

output "rule" {
  description = "The rule; the queue must let it send."
  value       = aws_cloudwatch_event_rule.this
}
