# What the handler may do, action by action: each line is one that it calls. A transaction needs the permission of each
# write in it. What Lambda needs to read the queue is in the module `consumer`.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html

resource "aws_iam_role_policy" "ledger" {
  name = "ledger"
  role = module.function.role.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = "dynamodb:UpdateItem"
        Resource = module.accounts_table.table.arn
      },
      {
        Effect   = "Allow"
        Action   = "dynamodb:PutItem"
        Resource = module.inbox_table.table.arn
      },
    ]
  })
}

resource "aws_iam_role_policy" "dead_letters" {
  name = "dead-letters"
  role = module.function.role.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "sqs:SendMessage"
      Resource = module.queue.dead_letter_queue.arn
    }]
  })
}

# The services use a customer's key on behalf of the caller, and only they may. Sending to an encrypted queue makes a
# data key.
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
resource "aws_iam_role_policy" "key" {
  count = var.kms_key_arn == null ? 0 : 1

  name = "key"
  role = module.function.role.id

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
