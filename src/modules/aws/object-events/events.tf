# Tells a queue of every new object of a bucket. S3 gives its events to EventBridge, where a rule picks those of the keys
# that are asked for; further consumers add rules of their own, without touching the bucket. The notification of S3 is one
# resource per bucket, hence this module too.

resource "aws_s3_bucket_notification" "this" {
  bucket      = var.bucket.id
  eventbridge = true
}

resource "aws_cloudwatch_event_rule" "this" {
  name        = var.name
  description = "New objects in ${var.bucket.id}"

  event_pattern = jsonencode({
    source      = ["aws.s3"]
    detail-type = ["Object Created"]
    detail = {
      bucket = { name = [var.bucket.id] }
      object = local.keys
    }
  })

  tags = var.tags
}

locals {
  # Prefix and suffix are conditions on one and the same field, which a pattern can only combine as a wildcard.
  # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
  keys = (
    var.prefix == "" ? { key = [{ suffix = var.suffix }] } :
    { key = [{ wildcard = "${var.prefix}*${var.suffix}" }] }
  )
}

resource "aws_cloudwatch_event_target" "queue" {
  rule      = aws_cloudwatch_event_rule.this.name
  target_id = "queue"
  arn       = var.queue.arn

  # Events that EventBridge cannot deliver for a day are not lost either.
  dead_letter_config {
    arn = var.dead_letter_queue.arn
  }

  retry_policy {
    maximum_event_age_in_seconds = 86400
    maximum_retry_attempts       = 185
  }

  # EventBridge drops what it is not allowed to deliver.
  depends_on = [aws_sqs_queue_policy.dead_letter]
}

# The queue's own policy belongs to the module that makes the queue: `senders`.
resource "aws_sqs_queue_policy" "dead_letter" {
  queue_url = var.dead_letter_queue.url

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "undelivered"
      Effect    = "Allow"
      Action    = "sqs:SendMessage"
      Principal = { Service = "events.amazonaws.com" }
      Resource  = var.dead_letter_queue.arn
      Condition = { ArnEquals = { "aws:SourceArn" = aws_cloudwatch_event_rule.this.arn } }
    }]
  })
}
