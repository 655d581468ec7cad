# What the handlers may do, action by action: each line is one that they call. What Lambda needs to read the queues is in
# the modules `order_messages` and `redrive_messages`.

resource "aws_iam_role_policy" "consumer" {
  name = "orders"
  role = module.consumer.role.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = "dynamodb:PutItem"
        Resource = module.orders_table.table.arn
      },
      {
        Effect   = "Allow"
        Action   = "sqs:SendMessage"
        Resource = module.orders_queue.dead_letter_queue.arn
      },
    ]
  })
}

resource "aws_iam_role_policy" "redriver" {
  name = "redrive"
  role = module.redriver.role.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Action = [
          "sqs:ChangeMessageVisibility",
          "sqs:DeleteMessage",
          "sqs:ReceiveMessage",
        ]
        Resource = module.orders_queue.dead_letter_queue.arn
      },
      {
        Effect = "Allow"
        Action = "sqs:SendMessage"
        Resource = [
          module.orders_queue.queue.arn,
          module.redrive_queue.dead_letter_queue.arn,
        ]
      },
      {
        Effect   = "Allow"
        Action   = "dynamodb:PutItem"
        Resource = module.audit_table.table.arn
      },
    ]
  })
}

# The services use a customer's key on behalf of the caller, and only they may. Sending to an encrypted queue makes a
# data key.
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
resource "aws_iam_role_policy" "key" {
  for_each = var.kms_key_arn == null ? {} : { consumer = module.consumer.role.id, redriver = module.redriver.role.id }

  name = "key"
  role = each.value

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Action    = "kms:Decrypt"
        Resource  = var.kms_key_arn
        Condition = { StringLike = { "kms:ViaService" = ["dynamodb.*.amazonaws.com", "sqs.*.amazonaws.com"] } }
      },
      {
        Effect    = "Allow"
        Action    = "kms:GenerateDataKey"
        Resource  = var.kms_key_arn
        Condition = { StringLike = { "kms:ViaService" = "sqs.*.amazonaws.com" } }
      },
    ]
  })
}
