# What `terraform apply -var project_name=acme` makes.

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

run "branches" {
  command = apply

  assert {
    condition     = module.topic.subscriptions["inventory"].filter_policy == "{\"delivery\":[\"shipping\"]}" && module.topic.subscriptions["invoice"].filter_policy == "{\"payment\":[\"invoice\"]}" && module.topic.subscriptions["notification"].filter_policy == null
    error_message = "The filters must say what `concerns` says in branches.ts."
  }

  assert {
    condition     = toset(keys(module.branch_function)) == toset(keys(module.topic.queues)) && toset([for function in module.branch_function : function.function.handler]) == toset(["index.inventory", "index.invoice", "index.notification"])
    error_message = "Each branch must have a queue and a function of its own."
  }

  assert {
    condition     = alltrue([for queue in module.topic.queues : queue.visibility_timeout_seconds == 6 * module.api_function.function.timeout])
    error_message = "A message must stay hidden six times as long as a function may take."
  }

  assert {
    condition     = alltrue([for queue in module.topic.queues : jsondecode(queue.redrive_policy).maxReceiveCount == 5])
    error_message = "A message must become a dead letter after five deliveries."
  }

  assert {
    condition     = alltrue([for consumer in module.consumer : consumer.mapping.function_response_types == toset(["ReportBatchItemFailures"])])
    error_message = "Only the messages that failed may come again."
  }
}

run "deadline" {
  command = apply

  variables {
    deadline_seconds = 120
  }

  assert {
    condition     = tonumber(module.api_function.function.environment[0].variables.DEADLINE_SECONDS) == 120
    error_message = "The functions must know the deadline."
  }

  assert {
    condition     = alltrue([for name in ["inventory", "invoice", "notification"] : module.topic.alarms["${name}_oldest_message_age"].threshold == 120])
    error_message = "The alarm must go off when a branch misses the deadline."
  }
}

run "records_outlive_every_copy" {
  command = apply

  assert {
    condition     = tonumber(module.api_function.function.environment[0].variables.RECORD_RETENTION_DAYS) == 23 && module.orders_table.table.ttl[0].attribute_name == "expiresAt"
    error_message = "Records must outlive 4 days in a queue, 14 as a dead letter and 4 after a redrive."
  }
}

run "alarms" {
  command = apply

  assert {
    condition = alltrue([
      for alarm in ["completed-dead-letters", "failed-notifications", "inventory-dead-letters", "invoice-dead-letters", "invoice-oldest-message-age", "notification-dead-letters", "notification-errors"] :
      contains(output.alarm_names, "acme-dev-fan-out-${alarm}")
    ])
    error_message = "Alarms must watch the topic, and every branch's dead letters, oldest message and errors."
  }
}
