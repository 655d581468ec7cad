# What the functions may do: exact actions on exact resources.

mock_provider "aws" {
  mock_resource "aws_apigatewayv2_api" {
    defaults = { execution_arn = "arn:aws:execute-api:us-east-1:111122223333:api" }
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

  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:us-east-1:111122223333:topic" }
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
    condition     = alltrue([for policy in aws_iam_role_policy.orders : jsondecode(policy.policy).Statement[0].Action == ["dynamodb:GetItem", "dynamodb:PutItem"]])
    error_message = "The functions must have exactly two actions on the table."
  }

  assert {
    condition = jsondecode(aws_iam_role_policy.publish.policy).Statement == [{
      Action   = "sns:Publish"
      Effect   = "Allow"
      Resource = "arn:aws:sns:us-east-1:111122223333:topic"
    }]
    error_message = "Only the API's function may publish."
  }

  assert {
    condition     = alltrue([for policy in aws_iam_role_policy.send : jsondecode(policy.policy).Statement[0].Action == "sqs:SendMessage" && length(jsondecode(policy.policy).Statement[0].Resource) == 2])
    error_message = "A branch may send completions and its own dead letters."
  }

  assert {
    condition     = module.completed.policy == null
    error_message = "No service may send completions."
  }

  assert {
    condition     = length(aws_iam_role_policy.key) == 0
    error_message = "Without a customer's key there is no key to use."
  }
}

run "customer_key" {
  command = apply

  variables {
    kms_key_arn = "arn:aws:kms:us-east-1:111122223333:key/1234"
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.key["api"].policy).Statement[1].Condition.StringLike["kms:ViaService"] == "sns.*.amazonaws.com" && jsondecode(aws_iam_role_policy.key["invoice"].policy).Statement[1].Condition.StringLike["kms:ViaService"] == "sqs.*.amazonaws.com"
    error_message = "The key may be used only through the services that a function sends with."
  }

  assert {
    condition = alltrue([
      for key in concat(
        [module.orders_table.table.server_side_encryption[0].kms_key_arn, module.topic.topic.kms_master_key_id, module.completed.queue.kms_master_key_id],
        [for queue in module.topic.queues : queue.kms_master_key_id],
        [for queue in module.topic.dead_letter_queues : queue.kms_master_key_id],
        [for function in module.branch_function : function.log_group.kms_key_id],
      ) : key == "arn:aws:kms:us-east-1:111122223333:key/1234"
    ])
    error_message = "Everything that can must use the customer's key."
  }
}
