# What the module makes, and what it refuses.

mock_provider "aws" {
  mock_resource "aws_sqs_queue" {
    defaults = { arn = "arn:aws:sqs:us-east-1:111122223333:queue", url = "https://sqs.us-east-1.amazonaws.com/111122223333/queue" }
  }
}

variables {
  dead_letter_retention_days = 14
  name                       = "orders"
  tags                       = {}
  visibility_timeout_seconds = 180
}

run "accepts_the_least" {
  command = apply

  assert {
    condition     = jsondecode(aws_sqs_queue.this.redrive_policy).maxReceiveCount == 5 && aws_sqs_queue.dead_letter.message_retention_seconds == 1209600
    error_message = "After five deliveries a message must be kept for 14 days."
  }

  assert {
    condition     = jsondecode(aws_sqs_queue_redrive_allow_policy.dead_letter.redrive_allow_policy).redrivePermission == "byQueue"
    error_message = "Only the queue may use its dead-letter queue."
  }

  assert {
    condition     = aws_sqs_queue.this.sqs_managed_sse_enabled && aws_sqs_queue.dead_letter.sqs_managed_sse_enabled
    error_message = "Both queues must be encrypted."
  }

  assert {
    condition     = length(aws_sqs_queue_policy.this) == 0
    error_message = "Without senders there is no policy."
  }
}

run "fifo" {
  command = plan

  variables {
    fifo = {}
  }

  assert {
    condition     = aws_sqs_queue.this.name == "orders.fifo" && aws_sqs_queue.dead_letter.name == "orders-dead-letter.fifo" && aws_sqs_queue.dead_letter.fifo_queue
    error_message = "The dead-letter queue of a FIFO queue must be one as well."
  }
}

run "sender" {
  command = apply

  variables {
    senders = { topic = { service = "sns.amazonaws.com", source_arn = "arn:aws:sns:us-east-1:111122223333:topic" } }
  }

  assert {
    condition     = jsondecode(aws_sqs_queue_policy.this[0].policy).Statement[0].Condition.ArnEquals["aws:SourceArn"] == "arn:aws:sns:us-east-1:111122223333:topic"
    error_message = "The service may send on behalf of the one resource only."
  }
}

run "sender_with_wildcard" {
  command = plan

  variables {
    senders = { topic = { service = "sns.amazonaws.com", source_arn = "arn:aws:sns:us-east-1:111122223333:*" } }
  }

  expect_failures = [var.senders]
}

run "dead_letters_that_expire_first" {
  command = plan

  variables {
    dead_letter_retention_days = 4
  }

  expect_failures = [aws_sqs_queue.dead_letter]
}

run "retention_beyond_sqs" {
  command = plan

  variables {
    dead_letter_retention_days = 15
  }

  expect_failures = [var.dead_letter_retention_days]
}
