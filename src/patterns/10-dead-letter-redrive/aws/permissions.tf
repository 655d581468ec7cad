# What the handlers may do, action by action: each line is one that they call. What Lambda needs to read the queue is in
# the module `consumer`.

resource "aws_iam_role_policy" "worker" {
  name = "shipments"
  role = module.worker.role.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["dynamodb:GetItem", "dynamodb:PutItem"]
        Resource = module.shipments_table.table.arn
      },
      {
        Effect   = "Allow"
        Action   = "sqs:SendMessage"
        Resource = module.queue.dead_letter_queue.arn
      },
    ]
  })
}

resource "aws_iam_role_policy" "runbook" {
  name = "redrive"
  role = module.runbook.role.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:ReceiveMessage"]
        Resource = module.queue.dead_letter_queue.arn
      },
      {
        Effect   = "Allow"
        Action   = "sqs:SendMessage"
        Resource = module.queue.queue.arn
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
  for_each = var.kms_key_arn == null ? {} : { runbook = module.runbook.role.id, worker = module.worker.role.id }

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
