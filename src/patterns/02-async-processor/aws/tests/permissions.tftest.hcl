# What each function may do: exact actions on exact resources.

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

run "least_privilege" {
  command = apply

  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.jobs.policy).Statement : statement.Action] == ["sqs:SendMessage"]
    error_message = "The function that the world calls may send jobs, and nothing else."
  }

  assert {
    condition = [for statement in jsondecode(aws_iam_role_policy.results.policy).Statement : [statement.Action, statement.Resource]] == [
      [["s3:GetObject", "s3:PutObject"], "arn:aws:s3:::results/results/*"],
      ["s3:ListBucket", "arn:aws:s3:::results"],
    ]
    error_message = "The worker may read and write results, and nothing else in the bucket."
  }

  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.dead_letters.policy).Statement : statement.Action] == ["sqs:SendMessage"]
    error_message = "The worker may send dead letters."
  }

  assert {
    condition     = module.queue.policy == null && length(aws_iam_role_policy.key) == 0
    error_message = "No service may send to the queue, and without a customer's key there is none to use."
  }
}

run "customer_key" {
  command = apply

  variables {
    kms_key_arn = "arn:aws:kms:us-east-1:111122223333:key/1234"
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.key["submit"].policy).Statement[0].Condition.StringLike["kms:ViaService"] == ["sqs.*.amazonaws.com"]
    error_message = "The function that the world calls may use the key through SQS only."
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.key["worker"].policy).Statement[0].Condition.StringLike["kms:ViaService"] == ["s3.*.amazonaws.com", "sqs.*.amazonaws.com"]
    error_message = "The worker may use the key through S3 and SQS only."
  }

  assert {
    condition = alltrue([
      for key in [
        module.queue.dead_letter_queue.kms_master_key_id,
        module.queue.queue.kms_master_key_id,
        module.submit.function.kms_key_arn,
        module.submit.log_group.kms_key_id,
        module.worker.function.kms_key_arn,
        module.worker.log_group.kms_key_id,
      ] : key == "arn:aws:kms:us-east-1:111122223333:key/1234"
    ])
    error_message = "Everything that can must use the customer's key."
  }
}
