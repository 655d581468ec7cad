module "queue" {
  for_each = var.subscribers
  source   = "../queue"

  name                       = "${var.name}-${each.key}"
  retention_days             = var.retention_days
  dead_letter_retention_days = var.dead_letter_retention_days
  max_receives               = each.value.max_receives
  visibility_timeout_seconds = each.value.visibility_timeout_seconds
  kms_key_arn                = var.kms_key_arn
  senders                    = { topic = { service = "sns.amazonaws.com", source_arn = aws_sns_topic.this.arn } }

  alarms = {
    oldest_message_age_seconds = var.alarms.oldest_message_age_seconds
    topic_arn                  = var.alarms.topic_arn
  }

  tags = var.tags
}

resource "aws_sqs_queue_policy" "dead_letter" {
  for_each = var.subscribers

  queue_url = module.queue[each.key].dead_letter_queue.url

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "topic"
      Effect    = "Allow"
      Action    = "sqs:SendMessage"
      Principal = { Service = "sns.amazonaws.com" }
      Resource  = module.queue[each.key].dead_letter_queue.arn
      Condition = { ArnEquals = { "aws:SourceArn" = aws_sns_topic.this.arn } }
    }]
  })
}
