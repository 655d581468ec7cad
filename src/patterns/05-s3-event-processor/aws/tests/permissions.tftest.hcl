# What the function may do: exact actions on exact resources.

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

run "least_privilege" {
  command = apply

  assert {
    condition = [for statement in jsondecode(aws_iam_role_policy.objects.policy).Statement : [statement.Action, statement.Resource]] == [
      ["s3:GetObjectVersion", "arn:aws:s3:::bucket/*"],
      ["s3:ListBucket", "arn:aws:s3:::bucket"],
    ]
    error_message = "The function may read versions of objects, and must be told when one is gone. It may write none."
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.index.policy).Statement[0].Action == ["dynamodb:BatchWriteItem", "dynamodb:GetItem", "dynamodb:PutItem"]
    error_message = "The function must have exactly the actions on the table that it calls."
  }

  assert {
    condition = jsondecode(aws_iam_role_policy.dead_letters.policy).Statement == [{
      Action   = "sqs:SendMessage"
      Effect   = "Allow"
      Resource = "arn:aws:sqs:us-east-1:111122223333:queue"
    }]
    error_message = "The function may send to the dead-letter queue only."
  }

  assert {
    condition     = jsondecode(module.queue.policy).Statement[0].Condition.ArnEquals["aws:SourceArn"] == "arn:aws:events:us-east-1:111122223333:rule/objects"
    error_message = "Only the rule may send to the queue."
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
    condition     = alltrue([for statement in jsondecode(aws_iam_role_policy.key[0].policy).Statement : statement.Condition.StringLike["kms:ViaService"] != "*"])
    error_message = "The key may be used through DynamoDB, S3 and SQS only."
  }

  assert {
    condition = alltrue([
      for key in [
        module.function.function.kms_key_arn,
        module.function.log_group.kms_key_id,
        module.queue.dead_letter_queue.kms_master_key_id,
        module.queue.queue.kms_master_key_id,
        module.table.table.server_side_encryption[0].kms_key_arn,
      ] : key == "arn:aws:kms:us-east-1:111122223333:key/1234"
    ])
    error_message = "Everything that can must use the customer's key."
  }
}
