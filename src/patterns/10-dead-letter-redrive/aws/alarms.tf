# SQS deletes a dead letter when its time is over, and nobody is told. The age in a dead-letter queue counts from when
# the message came there, its expiry from when it was sent: what waited in the queue is missing from its time here.
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
resource "aws_cloudwatch_metric_alarm" "dead_letter_age" {
  alarm_name          = "${local.name}-dead-letter-age"
  alarm_description   = "The oldest dead letter of ${local.name} is lost in less than ${local.dead_letter_warning_days} days: triage and redrive"
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateAgeOfOldestMessage"
  dimensions          = { QueueName = module.queue.dead_letter_queue.name }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = (local.dead_letter_retention_days - local.queue_retention_days - local.dead_letter_warning_days) * 86400
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arn == null ? [] : [var.alarm_topic_arn]
  ok_actions          = var.alarm_topic_arn == null ? [] : [var.alarm_topic_arn]

  tags = local.tags

  lifecycle {
    precondition {
      condition     = local.dead_letter_retention_days > local.queue_retention_days + local.dead_letter_warning_days
      error_message = "dead_letter_retention_days must be longer than queue_retention_days and dead_letter_warning_days together."
    }
  }
}
