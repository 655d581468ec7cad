locals {
  alarm_actions = var.alarms.topic_arn == null ? [] : [var.alarms.topic_arn]
}

resource "aws_cloudwatch_metric_alarm" "failed_notifications" {
  alarm_name          = "${var.name}-failed-notifications"
  alarm_description   = "Messages that ${var.name} could not deliver to one of its queues"
  namespace           = "AWS/SNS"
  metric_name         = "NumberOfNotificationsFailed"
  dimensions          = { TopicName = aws_sns_topic.this.name }
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = var.alarms.failed_notification_count
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions

  tags = var.tags
}
