# Lambda reads a queue for a function: an event source mapping, and the permissions that it needs in the function's role.

resource "aws_lambda_event_source_mapping" "this" {
  event_source_arn = var.queue.arn
  function_name    = var.function_alias_arn

  batch_size                         = var.batch_size
  maximum_batching_window_in_seconds = var.batching_window_seconds

  # The function names the messages that failed; the others are deleted. Without it one failure makes the whole batch
  # come again.
  function_response_types = ["ReportBatchItemFailures"]

  # Keeps the poller from taking messages that the function has no room for: a throttled delivery counts, and enough of
  # them make a good message a dead letter.
  scaling_config {
    maximum_concurrency = var.maximum_concurrency
  }

  dynamic "filter_criteria" {
    for_each = length(var.filter_patterns) == 0 ? [] : [var.filter_patterns]

    content {
      dynamic "filter" {
        for_each = filter_criteria.value

        content {
          pattern = filter.value
        }
      }
    }
  }

  tags = var.tags

  lifecycle {
    precondition {
      condition     = var.queue.visibility_timeout_seconds >= 6 * var.function_timeout_seconds + var.batching_window_seconds
      error_message = "The queue hides a message for ${var.queue.visibility_timeout_seconds} s; a function with a timeout of ${var.function_timeout_seconds} s and a batching window of ${var.batching_window_seconds} s needs at least ${6 * var.function_timeout_seconds + var.batching_window_seconds} s, or messages are processed twice at a time. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html"
    }

    precondition {
      condition     = var.batch_size <= 10 || (var.batching_window_seconds >= 1 && !var.queue.fifo_queue)
      error_message = "A batch_size above 10 needs batching_window_seconds of at least 1 and a standard queue."
    }
  }

  # Lambda checks the permissions when the mapping is made.
  depends_on = [aws_iam_role_policy.this]
}

resource "aws_iam_role_policy" "this" {
  name = "consume-${var.name}"
  role = var.role_id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{
        Effect = "Allow"
        Action = [
          "sqs:DeleteMessage",
          "sqs:GetQueueAttributes",
          "sqs:ReceiveMessage",
        ]
        Resource = var.queue.arn
      }],
      [for key in compact([var.queue.kms_master_key_id]) : {
        Effect   = "Allow"
        Action   = "kms:Decrypt"
        Resource = key
      }],
    )
  })
}
