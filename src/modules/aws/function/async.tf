# For functions that are called asynchronously (S3, SNS, EventBridge): how often Lambda tries an event again by itself,
# and where an event goes that all attempts have failed. Event source mappings and HTTP APIs do not use this.

resource "aws_lambda_function_event_invoke_config" "live" {
  count = var.async == null ? 0 : 1

  function_name                = aws_lambda_function.this.function_name
  qualifier                    = aws_lambda_alias.live.name
  maximum_event_age_in_seconds = var.async.maximum_event_age_seconds
  maximum_retry_attempts       = var.async.maximum_retry_attempts

  destination_config {
    on_failure {
      destination = var.async.failure_queue_arn
    }
  }

  # Lambda checks the permission when the destination is set.
  depends_on = [aws_iam_role_policy.failures]
}

resource "aws_iam_role_policy" "failures" {
  count = var.async == null ? 0 : 1

  name = "failures"
  role = aws_iam_role.this.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "sqs:SendMessage"
      Resource = var.async.failure_queue_arn
    }]
  })
}
