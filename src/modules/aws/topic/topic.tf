# An SNS topic that fans out to queues: each subscriber has a queue, and dead letters, of its own, so that none of them
# waits for another.

resource "aws_sns_topic" "this" {
  name = var.name

  # Without a key of the customer: the key aws/sns of the account.
  kms_master_key_id = coalesce(var.kms_key_arn, "alias/aws/sns")

  tags = var.tags
}

resource "aws_sns_topic_subscription" "this" {
  for_each = var.subscribers

  topic_arn = aws_sns_topic.this.arn
  protocol  = "sqs"
  endpoint  = module.queue[each.key].queue.arn

  # The queue gets the message as it was published, its attributes included, without SNS's envelope.
  raw_message_delivery = true
  filter_policy        = length(each.value.filter) == 0 ? null : jsonencode(each.value.filter)

  # What SNS cannot deliver stands where the subscriber's other dead letters are.
  # https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html
  redrive_policy = jsonencode({
    deadLetterTargetArn = module.queue[each.key].dead_letter_queue.arn
  })
}
