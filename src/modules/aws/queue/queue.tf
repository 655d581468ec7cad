# An SQS queue with its dead-letter queue. Nothing is ever dropped in silence: what cannot be processed is moved, and an
# alarm tells when the first message arrives there.

locals {
  suffix = var.fifo == null ? "" : ".fifo"
}

resource "aws_sqs_queue" "this" {
  name = "${var.name}${local.suffix}"

  fifo_queue                  = var.fifo != null
  content_based_deduplication = var.fifo == null ? null : var.fifo.content_based_deduplication
  deduplication_scope         = var.fifo == null ? null : "messageGroup"
  fifo_throughput_limit       = var.fifo == null ? null : "perMessageGroupId"

  delay_seconds              = var.delay_seconds
  message_retention_seconds  = var.retention_days * 86400
  receive_wait_time_seconds  = 20
  visibility_timeout_seconds = var.visibility_timeout_seconds

  # Without a key of the customer SQS encrypts with its own, at no cost.
  kms_master_key_id                 = var.kms_key_arn
  kms_data_key_reuse_period_seconds = var.kms_key_arn == null ? null : 300
  sqs_managed_sse_enabled           = var.kms_key_arn == null ? true : null

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead_letter.arn
    maxReceiveCount     = var.max_receives
  })

  tags = var.tags
}
