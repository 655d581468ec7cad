output "alarms" {
  description = "The alarms of the topic and of its queues, by what they watch."
  value = merge(
    { failed_notifications = aws_cloudwatch_metric_alarm.failed_notifications },
    { for name in keys(var.subscribers) : "${name}_dead_letters" => module.queue[name].alarms.dead_letters },
    { for name in keys(var.subscribers) : "${name}_oldest_message_age" => module.queue[name].alarms.oldest_message_age },
  )
}

output "dead_letter_queues" {
  description = "The dead-letter queues, by subscriber."
  value       = { for name in keys(var.subscribers) : name => module.queue[name].dead_letter_queue }
}

output "policies" {
  description = "What lets the topic send to the queues and to their dead-letter queues, by subscriber."
  value = {
    for name in keys(var.subscribers) : name => {
      dead_letter_queue = aws_sqs_queue_policy.dead_letter[name].policy
      queue             = module.queue[name].policy
    }
  }
}

output "queues" {
  description = "The queues, by subscriber."
  value       = { for name in keys(var.subscribers) : name => module.queue[name].queue }
}

output "subscriptions" {
  description = "The subscriptions, by subscriber."
  value       = aws_sns_topic_subscription.this
}

output "topic" {
  description = "The topic."
  value       = aws_sns_topic.this
}
