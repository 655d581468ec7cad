# What the handler may do, action by action: each line is one that it calls.

locals {
  items_actions = [
    "dynamodb:DeleteItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Scan",
  ]

  idempotency_actions = [
    "dynamodb:DeleteItem",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
  ]
}

resource "aws_iam_role_policy" "items" {
  name = "items"
  role = module.function.role.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = local.items_actions
      Resource = module.items_table.table.arn
    }]
  })
}

resource "aws_iam_role_policy" "idempotency" {
  name = "idempotency"
  role = module.function.role.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = local.idempotency_actions
      Resource = module.idempotency_table.table.arn
    }]
  })
}

# DynamoDB uses a customer's key on behalf of the caller, and only DynamoDB may.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
resource "aws_iam_role_policy" "key" {
  count = var.kms_key_arn == null ? 0 : 1

  name = "key"
  role = module.function.role.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "kms:Decrypt"
      Resource  = var.kms_key_arn
      Condition = { StringLike = { "kms:ViaService" = "dynamodb.*.amazonaws.com" } }
    }]
  })
}
