# What the function may do: exact actions on exact resources.

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
    defaults = {
      arn        = "arn:aws:lambda:us-east-1:111122223333:function:function:live"
      invoke_arn = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:111122223333:function:function:live/invocations"
    }
  }

  mock_resource "aws_lambda_function" {
    defaults = {
      arn     = "arn:aws:lambda:us-east-1:111122223333:function:function"
      version = "1"
    }
  }
}

variables {
  project_name = "acme"
}

run "least_privilege" {
  command = apply

  assert {
    condition = jsondecode(aws_iam_role_policy.items.policy).Statement == [{
      Action   = ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Scan"]
      Effect   = "Allow"
      Resource = "arn:aws:dynamodb:us-east-1:111122223333:table/table"
    }]
    error_message = "The function must have exactly four actions on the items."
  }

  assert {
    condition = jsondecode(aws_iam_role_policy.idempotency.policy).Statement == [{
      Action   = ["dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
      Effect   = "Allow"
      Resource = "arn:aws:dynamodb:us-east-1:111122223333:table/table"
    }]
    error_message = "The function must have exactly three actions on the idempotency records."
  }

  assert {
    condition = jsondecode(module.function.policies.logs).Statement == [{
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Effect   = "Allow"
      Resource = "arn:aws:logs:us-east-1:111122223333:log-group:function:*"
    }]
    error_message = "The function must write to its own log group only."
  }

  assert {
    condition = alltrue(flatten([
      for policy in concat([aws_iam_role_policy.items.policy, aws_iam_role_policy.idempotency.policy], values(module.function.policies)) : [
        for statement in jsondecode(policy).Statement : [
          for action in flatten([statement.Action]) : !strcontains(action, "*")
        ]
      ]
    ]))
    error_message = "No action may have a wildcard."
  }

  assert {
    condition = [
      for name, policy in merge(module.function.policies, { items = aws_iam_role_policy.items.policy, idempotency = aws_iam_role_policy.idempotency.policy }) :
      name if anytrue([for statement in jsondecode(policy).Statement : contains(flatten([statement.Resource]), "*")])
    ] == ["tracing"]
    error_message = "Only X-Ray, which knows no resources, may have the resource *."
  }

  assert {
    condition     = length(aws_iam_role_policy.key) == 0
    error_message = "Without a customer's key there is no key to use."
  }

  assert {
    condition     = module.api.permission.source_arn == "arn:aws:execute-api:us-east-1:111122223333:api/*/*"
    error_message = "Only this API may call the function."
  }
}

run "customer_key" {
  command = apply

  variables {
    kms_key_arn = "arn:aws:kms:us-east-1:111122223333:key/1234"
  }

  assert {
    condition = jsondecode(aws_iam_role_policy.key[0].policy).Statement[0] == {
      Action    = "kms:Decrypt"
      Condition = { StringLike = { "kms:ViaService" = "dynamodb.*.amazonaws.com" } }
      Effect    = "Allow"
      Resource  = "arn:aws:kms:us-east-1:111122223333:key/1234"
    }
    error_message = "The key may be used through DynamoDB only."
  }

  assert {
    condition = alltrue([
      for key in [
        module.api.access_log_group.kms_key_id,
        module.function.function.kms_key_arn,
        module.function.log_group.kms_key_id,
        module.idempotency_table.table.server_side_encryption[0].kms_key_arn,
        module.items_table.table.server_side_encryption[0].kms_key_arn,
      ] : key == "arn:aws:kms:us-east-1:111122223333:key/1234"
    ])
    error_message = "Everything that can must use the customer's key."
  }
}

run "keep_warm" {
  command = apply

  variables {
    environment = "staging"
  }

  assert {
    condition     = module.function.keep_warm.schedule_expression == "rate(5 minutes)"
    error_message = "Outside dev the schedule of configs/serverless-defaults.yaml must keep one instance warm."
  }

  assert {
    condition     = jsondecode(module.function.keep_warm.target[0].input).routeKey == "GET /keep-warm"
    error_message = "The event must be a request that the handler can answer."
  }

  assert {
    condition     = module.items_table.table.deletion_protection_enabled && module.idempotency_table.table.deletion_protection_enabled
    error_message = "Outside dev the tables must refuse to be deleted."
  }
}
