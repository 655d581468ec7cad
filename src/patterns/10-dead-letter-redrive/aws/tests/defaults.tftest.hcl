# What `terraform apply -var project_name=acme` makes, and what the functions and the operators may do.

mock_provider "aws" {
  mock_resource "aws_apigatewayv2_api" {
    defaults = {
      api_endpoint  = "https://api.execute-api.us-east-1.amazonaws.com"
      execution_arn = "arn:aws:execute-api:us-east-1:111122223333:api"
    }
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

run "dead_letters_are_guarded" {
  command = apply

  assert {
    condition     = module.queue.dead_letter_queue.message_retention_seconds == yamldecode(file("../../../../configs/serverless-defaults.yaml")).error_handling.dlq_retention_days * 86400
    error_message = "The retention of dead letters must come from configs/serverless-defaults.yaml."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.dead_letter_age.threshold + module.queue.queue.message_retention_seconds + 3 * 86400 == module.queue.dead_letter_queue.message_retention_seconds
    error_message = "Somebody must be told three days before a dead letter is lost that has waited in the queue before."
  }

  assert {
    condition = alltrue([
      for alarm in ["dead-letter-age", "dead-letters", "errors", "oldest-message-age"] : contains(output.alarm_names, "acme-dev-dead-letter-redrive-${alarm}")
    ])
    error_message = "Alarms must watch number and age of the dead letters, the age of the oldest message and errors."
  }
}

run "worker_is_not_overrun" {
  command = apply

  assert {
    condition     = module.consumer.mapping.scaling_config[0].maximum_concurrency == module.worker.function.reserved_concurrent_executions
    error_message = "The poller must not take more messages than the function has room for."
  }

  assert {
    condition     = module.runbook.function.environment[0].variables.MAX_RATE_PER_SECOND == "50" && module.runbook.function.environment[0].variables.MAX_REDRIVES == "3"
    error_message = "Redrives must be limited in rate and number."
  }
}

run "too_short_for_a_warning" {
  command = plan

  variables {
    dead_letter_retention_days = 7
  }

  expect_failures = [aws_cloudwatch_metric_alarm.dead_letter_age]
}

run "least_privilege" {
  command = apply

  assert {
    condition = [for statement in jsondecode(aws_iam_role_policy.worker.policy).Statement : statement.Action] == [
      ["dynamodb:GetItem", "dynamodb:PutItem"],
      "sqs:SendMessage",
    ]
    error_message = "The worker may read and write shipments and send dead letters."
  }

  assert {
    condition = [for statement in jsondecode(aws_iam_role_policy.runbook.policy).Statement : statement.Action] == [
      ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:ReceiveMessage"],
      "sqs:SendMessage",
      "dynamodb:PutItem",
    ]
    error_message = "The runbook may take dead letters, send messages and write audit records."
  }

  assert {
    condition     = alltrue([for route in module.api.routes : route.authorization_type == "AWS_IAM"])
    error_message = "Every route must ask for a signature."
  }

  assert {
    condition = jsondecode(aws_iam_policy.operator.policy).Statement[0].Resource == [
      "arn:aws:execute-api:us-east-1:111122223333:api/$default/GET/dead-letters",
      "arn:aws:execute-api:us-east-1:111122223333:api/$default/POST/redrive",
    ]
    error_message = "Operators may call these two routes, and nothing else."
  }
}

run "customer_key" {
  command = apply

  variables {
    kms_key_arn = "arn:aws:kms:us-east-1:111122223333:key/1234"
  }

  assert {
    condition = alltrue([
      for key in [
        module.audit_table.table.server_side_encryption[0].kms_key_arn,
        module.queue.dead_letter_queue.kms_master_key_id,
        module.queue.queue.kms_master_key_id,
        module.runbook.function.kms_key_arn,
        module.shipments_table.table.server_side_encryption[0].kms_key_arn,
        module.worker.function.kms_key_arn,
      ] : key == "arn:aws:kms:us-east-1:111122223333:key/1234"
    ])
    error_message = "Everything that can must use the customer's key."
  }
}
