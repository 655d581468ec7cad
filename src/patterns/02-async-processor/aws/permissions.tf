# What each function may do, action by action: each line is one that it calls. What Lambda needs to read the queue is in
# the module `consumer`.

resource "aws_iam_role_policy" "jobs" {
  name = "jobs"
  role = module.submit.role.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "sqs:SendMessage"
      Resource = module.queue.queue.arn
    }]
  })
}

resource "aws_iam_role_policy" "results" {
  name = "results"
  role = module.worker.role.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject"]
        Resource = "${module.bucket.bucket.arn}/results/*"
      },
      # Whoever may not list a bucket is told 403 instead of 404 for an object that is not there.
      # https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html#API_GetObject_Permissions
      {
        Effect   = "Allow"
        Action   = "s3:ListBucket"
        Resource = module.bucket.bucket.arn
      },
    ]
  })
}

resource "aws_iam_role_policy" "dead_letters" {
  name = "dead-letters"
  role = module.worker.role.id

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
# data key, writing to an encrypted bucket as well.
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
resource "aws_iam_role_policy" "key" {
  for_each = var.kms_key_arn == null ? {} : {
    submit = { role = module.submit.role.id, services = ["sqs.*.amazonaws.com"] }
    worker = { role = module.worker.role.id, services = ["s3.*.amazonaws.com", "sqs.*.amazonaws.com"] }
  }

  name = "key"
  role = each.value.role

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
      Resource  = var.kms_key_arn
      Condition = { StringLike = { "kms:ViaService" = each.value.services } }
    }]
  })
}
