# What the handler may do, action by action: each line is one that it calls. What Lambda needs to read the queue is in the
# module `consumer`.

resource "aws_iam_role_policy" "objects" {
  name = "objects"
  role = module.function.role.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = "s3:GetObjectVersion"
        Resource = "${module.bucket.bucket.arn}/*"
      },
      # Without it S3 answers for a version that is gone as for one that is forbidden.
      # https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
      {
        Effect   = "Allow"
        Action   = "s3:ListBucket"
        Resource = module.bucket.bucket.arn
      },
    ]
  })
}

resource "aws_iam_role_policy" "index" {
  name = "index"
  role = module.function.role.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["dynamodb:BatchWriteItem", "dynamodb:GetItem", "dynamodb:PutItem"]
      Resource = module.table.table.arn
    }]
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
        Effect   = "Allow"
        Action   = "kms:Decrypt"
        Resource = var.kms_key_arn
        Condition = {
          StringLike = { "kms:ViaService" = ["dynamodb.*.amazonaws.com", "s3.*.amazonaws.com", "sqs.*.amazonaws.com"] }
        }
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
