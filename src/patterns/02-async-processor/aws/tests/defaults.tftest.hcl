# What `terraform apply -var project_name=acme` makes, and what it refuses.

mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "111122223333" }
  }

  mock_data "aws_region" {
    defaults = { region = "us-east-1" }
  }

  mock_resource "aws_apigatewayv2_api" {
    defaults = { execution_arn = "arn:aws:execute-api:us-east-1:111122223333:api" }
  }

  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:us-east-1:111122223333:log-group:group" }
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
    defaults = { arn = "arn:aws:s3:::results", id = "results" }
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
    condition     = module.queue.queue.visibility_timeout_seconds == 6 * module.worker.function.timeout
    error_message = "A job must stay hidden six times as long as the worker may take."
  }

  assert {
    condition     = jsondecode(module.queue.queue.redrive_policy).maxReceiveCount == 5
    error_message = "A job must become a dead letter after five deliveries."
  }

  assert {
    condition     = module.consumer.mapping.function_response_types == toset(["ReportBatchItemFailures"])
    error_message = "Only the jobs that failed may come again."
  }

  assert {
    condition     = module.consumer.mapping.scaling_config[0].maximum_concurrency == module.worker.function.reserved_concurrent_executions
    error_message = "The poller must not take more jobs than the worker has room for."
  }

  assert {
    condition     = module.submit.function.timeout == 29
    error_message = "A request must end before the API gives up on it."
  }
}

run "visibility_timeout_shorter_than_the_work" {
  command = plan

  variables {
    visibility_timeout_seconds = 60
  }

  expect_failures = [var.visibility_timeout_seconds]
}

run "results_outlive_every_copy_of_their_job" {
  command = apply

  variables {
    queue_retention_days = 13
  }

  assert {
    condition     = module.bucket.lifecycle_rules[2].expiration[0].days == 90 && module.bucket.lifecycle_rules[2].filter[0].prefix == "results/"
    error_message = "Results must be kept for 90 days."
  }
}

run "results_that_go_first" {
  command = plan

  variables {
    result_retention_days = 20
  }

  expect_failures = [var.result_retention_days]
}

run "alarms" {
  command = apply

  assert {
    condition = alltrue([
      for alarm in ["dead-letters", "oldest-message-age", "submit-errors", "worker-errors"] : contains(output.alarm_names, "acme-dev-async-processor-${alarm}")
    ])
    error_message = "Alarms must watch dead letters, the age of the oldest job and errors of both functions."
  }
}
