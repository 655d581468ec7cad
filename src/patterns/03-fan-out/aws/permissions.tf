# What the functions may do, action by action: each line is one that they call. What Lambda needs to read the queues is
# in the modules `consumer`.

locals {
  function_roles = merge(
    { api = module.api_function.role.id },
    { for name, function in module.branch_function : name => function.role.id },
  )
}

resource "aws_iam_role_policy" "orders" {
  for_each = local.function_roles

  name = "orders"
  role = each.value

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Action = [
        "dynamodb:GetItem",
        "dynamodb:PutItem",
      ]
      Resource = module.orders_table.table.arn
    }]
  })
}

resource "aws_iam_role_policy" "publish" {
  name = "publish"
  role = module.api_function.role.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "sns:Publish"
      Resource = module.topic.topic.arn
    }]
  })
}

resource "aws_iam_role_policy" "send" {
  for_each = local.branches

  name = "send"
  role = module.branch_function[each.key].role.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Action = "sqs:SendMessage"
      Resource = [
        module.completed.queue.arn,
        module.topic.dead_letter_queues[each.key].arn,
      ]
    }]
  })
}

# The services use a customer's key on behalf of the caller, and only they may. Publishing to an encrypted topic and
# sending to an encrypted queue make a data key.
# https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
resource "aws_iam_role_policy" "key" {
  for_each = { for name, role in local.function_roles : name => role if var.kms_key_arn != null }

  name = "key"
  role = each.value

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = "kms:Decrypt"
        Resource = var.kms_key_arn
        Condition = {
          StringLike = { "kms:ViaService" = ["dynamodb.*.amazonaws.com", each.key == "api" ? "sns.*.amazonaws.com" : "sqs.*.amazonaws.com"] }
        }
      },
      {
        Effect    = "Allow"
        Action    = "kms:GenerateDataKey"
        Resource  = var.kms_key_arn
        Condition = { StringLike = { "kms:ViaService" = each.key == "api" ? "sns.*.amazonaws.com" : "sqs.*.amazonaws.com" } }
      },
    ]
  })
}
