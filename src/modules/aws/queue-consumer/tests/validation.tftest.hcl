# What the module makes, and what it refuses.

mock_provider "aws" {}

variables {
  function_alias_arn       = "arn:aws:lambda:us-east-1:111122223333:function:consumer:live"
  function_timeout_seconds = 30
  maximum_concurrency      = 10
  name                     = "orders"
  queue = {
    arn                        = "arn:aws:sqs:us-east-1:111122223333:orders"
    fifo_queue                 = false
    visibility_timeout_seconds = 180
  }
  role_id = "consumer"
  tags    = {}
}

run "accepts_the_least" {
  command = plan

  assert {
    condition     = aws_lambda_event_source_mapping.this.function_response_types == toset(["ReportBatchItemFailures"])
    error_message = "One failure must not make the whole batch come again."
  }

  assert {
    condition = jsondecode(aws_iam_role_policy.this.policy).Statement == [{
      Action   = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]
      Effect   = "Allow"
      Resource = "arn:aws:sqs:us-east-1:111122223333:orders"
    }]
    error_message = "The function must have exactly three actions on this queue."
  }
}

run "message_visible_while_processed" {
  command = plan

  variables {
    function_timeout_seconds = 31
  }

  expect_failures = [aws_lambda_event_source_mapping.this]
}

run "large_batch_without_window" {
  command = plan

  variables {
    batch_size = 100
  }

  expect_failures = [aws_lambda_event_source_mapping.this]
}

run "single_invocation" {
  command = plan

  variables {
    maximum_concurrency = 1
  }

  expect_failures = [var.maximum_concurrency]
}

run "customer_key" {
  command = plan

  variables {
    queue = {
      arn                        = "arn:aws:sqs:us-east-1:111122223333:orders"
      fifo_queue                 = false
      kms_master_key_id          = "arn:aws:kms:us-east-1:111122223333:key/1234"
      visibility_timeout_seconds = 180
    }
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.this.policy).Statement[1].Action == "kms:Decrypt"
    error_message = "The function must be able to read what the key encrypts."
  }
}
