# What `terraform apply -var project_name=acme` makes.

mock_provider "aws" {
  mock_resource "aws_dynamodb_table" {
    defaults = { arn = "arn:aws:dynamodb:us-east-1:111122223333:table/table" }
  }

  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::111122223333:role/function" }
  }

  mock_resource "aws_lambda_alias" {
    defaults = { arn = "arn:aws:lambda:us-east-1:111122223333:function:function:live" }
  }

  mock_resource "aws_lambda_function" {
    defaults = { arn = "arn:aws:lambda:us-east-1:111122223333:function:function", version = "1" }
  }

  mock_resource "aws_sqs_queue" {
    defaults = {
      arn = "arn:aws:sqs:us-east-1:111122223333:queue"
      url = "https://sqs.us-east-1.amazonaws.com/111122223333/queue"
    }
  }
}

variables {
  project_name = "acme"
}

run "queue" {
  command = apply

  assert {
    condition     = module.queue.dead_letter_queue.message_retention_seconds == yamldecode(file("../../../../configs/serverless-defaults.yaml")).error_handling.dlq_retention_days * 86400
    error_message = "The retention of dead letters must come from configs/serverless-defaults.yaml."
  }

  assert {
    condition     = module.queue.queue.visibility_timeout_seconds == 6 * module.function.function.timeout
    error_message = "A message must stay hidden six times as long as the function may take."
  }

  assert {
    condition     = jsondecode(module.queue.queue.redrive_policy).maxReceiveCount == 5
    error_message = "A message must become a dead letter after five deliveries."
  }

  assert {
    condition     = module.consumer.mapping.function_response_types == toset(["ReportBatchItemFailures"])
    error_message = "Only the messages that failed may come again."
  }

  assert {
    condition     = module.consumer.mapping.scaling_config[0].maximum_concurrency == module.function.function.reserved_concurrent_executions
    error_message = "The poller must not take more messages than the function has room for."
  }
}

run "inbox_outlives_every_copy" {
  command = apply

  assert {
    condition     = tonumber(module.function.function.environment[0].variables.INBOX_RETENTION_DAYS) == 23
    error_message = "Marks must outlive 4 days in the queue, 14 as a dead letter and 4 after a redrive."
  }

  assert {
    condition     = tonumber(module.function.function.environment[0].variables.INBOX_RETENTION_DAYS) * 86400 > 2 * module.queue.queue.message_retention_seconds + module.queue.dead_letter_queue.message_retention_seconds
    error_message = "The lifetime of marks must follow from the queues."
  }

  assert {
    condition     = module.inbox_table.table.ttl[0].attribute_name == "expiresAt" && length(module.accounts_table.table.ttl) == 0
    error_message = "Marks must expire, balances must not."
  }
}

run "longer_queue" {
  command = apply

  variables {
    queue_retention_days = 10
  }

  assert {
    condition     = tonumber(module.function.function.environment[0].variables.INBOX_RETENTION_DAYS) == 35
    error_message = "Marks must live longer when messages do."
  }
}

run "alarms" {
  command = apply

  assert {
    condition = alltrue([
      for alarm in ["dead-letters", "errors", "oldest-message-age"] : contains(output.alarm_names, "acme-dev-idempotent-consumer-${alarm}")
    ])
    error_message = "Alarms must watch dead letters, the age of the oldest message and errors."
  }
}
