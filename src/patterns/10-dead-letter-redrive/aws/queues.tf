module "orders_queue" {
  source = "../../../modules/aws/queue"

  name                       = "${local.name}-orders"
  dead_letter_retention_days = local.dead_letter_retention_days
  max_receives               = var.max_receives
  visibility_timeout_seconds = 6 * local.timeout_seconds
  kms_key_arn                = var.kms_key_arn
  alarms                     = { topic_arn = var.alarm_topic_arn }

  tags = local.tags
}

# What operators ask for. A redrive that fails half-way is repeated: it goes on with what is still there.
module "redrive_queue" {
  source = "../../../modules/aws/queue"

  name                       = "${local.name}-redrives"
  dead_letter_retention_days = local.dead_letter_retention_days
  max_receives               = var.max_receives
  visibility_timeout_seconds = 6 * local.redrive_timeout_seconds
  kms_key_arn                = var.kms_key_arn
  alarms                     = { oldest_message_age_seconds = 2 * local.redrive_timeout_seconds, topic_arn = var.alarm_topic_arn }

  tags = local.tags
}

# Dead letters are gone after their retention, for good. This tells while there are still days to act.
resource "aws_cloudwatch_metric_alarm" "dead_letters_expire" {
  alarm_name          = "${local.name}-dead-letters-expire"
  alarm_description   = "A dead letter of ${local.name} has used up ${var.dead_letter_age_alarm * 100} % of its ${local.dead_letter_retention_days} days, in seconds"
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateAgeOfOldestMessage"
  dimensions          = { QueueName = module.orders_queue.dead_letter_queue.name }
  statistic           = "Maximum"
  period              = 3600
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.dead_letter_age_alarm * local.dead_letter_retention_days * 86400
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arn == null ? [] : [var.alarm_topic_arn]
  ok_actions          = var.alarm_topic_arn == null ? [] : [var.alarm_topic_arn]

  tags = local.tags
}
