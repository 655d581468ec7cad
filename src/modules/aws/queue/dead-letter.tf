resource "aws_sqs_queue" "dead_letter" {
  name = "${var.name}-dead-letter${local.suffix}"

  fifo_queue = var.fifo != null

  # In a standard queue the clock of a message goes on from when it was first sent, so this must be longer than the
  # retention of the queue that it comes from.
  # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
  message_retention_seconds = var.dead_letter_retention_days * 86400

  kms_master_key_id                 = var.kms_key_arn
  kms_data_key_reuse_period_seconds = var.kms_key_arn == null ? null : 300
  sqs_managed_sse_enabled           = var.kms_key_arn == null ? true : null

  tags = var.tags

  lifecycle {
    precondition {
      condition     = var.dead_letter_retention_days > var.retention_days
      error_message = "dead_letter_retention_days (${var.dead_letter_retention_days}) must be longer than retention_days (${var.retention_days}): a message's age counts from when it was first sent."
    }
  }
}

# Only this queue may use it: a dead letter's origin is certain.
resource "aws_sqs_queue_redrive_allow_policy" "dead_letter" {
  queue_url = aws_sqs_queue.dead_letter.url

  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [aws_sqs_queue.this.arn]
  })
}
