# One call every few minutes keeps one instance from being recycled. Cheaper than provisioned concurrency, and no
# guarantee: concurrent requests beyond the first still start cold. Superfluous beside provisioned concurrency.

locals {
  keep_warm = var.keep_warm != null && var.provisioned_concurrency == 0
}

resource "aws_scheduler_schedule" "keep_warm" {
  count = local.keep_warm ? 1 : 0

  name                = "${var.name}-keep-warm"
  description         = "Keeps one instance of ${var.name} warm"
  schedule_expression = var.keep_warm.schedule
  # EventBridge Scheduler encrypts the target's input with its own key otherwise.
  kms_key_arn = var.kms_key_arn

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = aws_lambda_alias.live.arn
    role_arn = aws_iam_role.keep_warm[0].arn
    input    = jsonencode(var.keep_warm.event)

    # The next tick is the retry.
    retry_policy {
      maximum_retry_attempts = 0
    }
  }
}

resource "aws_iam_role" "keep_warm" {
  count = local.keep_warm ? 1 : 0

  name        = "${var.name}-keep-warm"
  description = "Lets EventBridge Scheduler call ${var.name}"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "scheduler.amazonaws.com" }
      Condition = {
        StringEquals = { "aws:SourceAccount" = split(":", aws_lambda_function.this.arn)[4] }
      }
    }]
  })

  tags = var.tags
}

resource "aws_iam_role_policy" "keep_warm" {
  count = local.keep_warm ? 1 : 0

  name = "invoke"
  role = aws_iam_role.keep_warm[0].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{
        Effect   = "Allow"
        Action   = "lambda:InvokeFunction"
        Resource = aws_lambda_alias.live.arn
      }],
      # Scheduler reads the event, encrypted with the customer's key, as this role.
      [for key in compact([var.kms_key_arn]) : {
        Effect   = "Allow"
        Action   = "kms:Decrypt"
        Resource = key
      }],
    )
  })
}
