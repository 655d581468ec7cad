output "alarms" {
  description = "The alarms of the queue, by what they watch."
  value = {
    dead_letters       = aws_cloudwatch_metric_alarm.dead_letters
    oldest_message_age = aws_cloudwatch_metric_alarm.oldest_message_age
  }
}

output "dead_letter_queue" {
  description = "The dead-letter queue."
  value       = aws_sqs_queue.dead_letter
}

output "policy" {
  description = "The policy that lets services send, or null."
  value       = one(aws_sqs_queue_policy.this[*].policy)
}

output "queue" {
  description = "The queue."
  value       = aws_sqs_queue.this
}

output "redrive_allow_policy" {
  description = "Which queue may use the dead-letter queue."
  value       = aws_sqs_queue_redrive_allow_policy.dead_letter.redrive_allow_policy
}
