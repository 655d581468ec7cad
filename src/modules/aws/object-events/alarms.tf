locals {
  alarm_actions = var.alarms.topic_arn == null ? [] : [var.alarms.topic_arn]
}

# A queue policy that was changed by hand shows here first.
resource "aws_cloudwatch_metric_alarm" "undelivered" {
  alarm_name          = "${var.name}-undelivered"
  alarm_description   = "Events of new objects in ${var.bucket.id} that EventBridge could not deliver to the queue"
  namespace           = "AWS/Events"
  metric_name         = "InvocationsSentToDlq"
  dimensions          = { RuleName = aws_cloudwatch_event_rule.this.name }
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions

  tags = var.tags
}
