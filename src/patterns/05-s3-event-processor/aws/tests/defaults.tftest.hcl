# What `terraform apply -var project_name=acme` makes.

mock_provider "aws" {
  mock_resource "aws_cloudwatch_event_rule" {
    defaults = { arn = "arn:aws:events:us-east-1:111122223333:rule/objects" }
  }

  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:us-east-1:111122223333:log-group:function" }
  }

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

  mock_resource "aws_s3_bucket" {
    defaults = { arn = "arn:aws:s3:::bucket", id = "bucket" }
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

run "contract" {
  command = apply

  assert {
    condition     = module.function.function.memory_size == 512 && module.function.function.timeout == 300
    error_message = "The function must have 512 MB and 300 seconds."
  }

  assert {
    condition     = jsondecode(module.events.rule.event_pattern).detail == { bucket = { name = ["bucket"] }, object = { key = [{ suffix = ".csv" }] } }
    error_message = "Only new objects with the suffix .csv may start the function."
  }

  assert {
    condition     = jsondecode(module.queue.queue.redrive_policy).maxReceiveCount == 5
    error_message = "A notification must become a dead letter after five deliveries."
  }

  assert {
    condition     = module.queue.dead_letter_queue.message_retention_seconds == yamldecode(file("../../../../configs/serverless-defaults.yaml")).error_handling.dlq_retention_days * 86400
    error_message = "The retention of dead letters must come from configs/serverless-defaults.yaml."
  }
}

run "one_file_at_a_time" {
  command = apply

  assert {
    condition     = module.consumer.mapping.batch_size == 1
    error_message = "A file must have the memory and the time of an invocation to itself."
  }

  assert {
    condition     = module.queue.queue.visibility_timeout_seconds == 6 * module.function.function.timeout
    error_message = "A message must stay hidden six times as long as the function may take."
  }
}

run "alarms" {
  command = apply

  assert {
    condition = alltrue([
      for alarm in ["dead-letters", "errors", "objects-undelivered", "oldest-message-age"] : contains(output.alarm_names, "acme-dev-s3-event-processor-${alarm}")
    ])
    error_message = "Alarms must watch dead letters, undelivered events, the age of the oldest message and errors."
  }
}
