# What `terraform apply -var project_name=acme` makes, and what the functions may do.

mock_provider "aws" {
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

run "queues" {
  command = apply

  assert {
    condition     = jsondecode(module.orders_queue.queue.redrive_policy).maxReceiveCount == 5 && module.orders_queue.dead_letter_queue.message_retention_seconds == yamldecode(file("../../../../configs/serverless-defaults.yaml")).error_handling.dlq_retention_days * 86400
    error_message = "After five deliveries a message must be kept as long as configs/serverless-defaults.yaml says."
  }

  assert {
    condition     = module.redrive_queue.queue.visibility_timeout_seconds == 6 * module.redriver.function.timeout
    error_message = "A redrive request must stay hidden six times as long as a redrive may take."
  }

  assert {
    condition     = module.redrive_messages.mapping.batch_size == 1
    error_message = "A function must have its whole time for one redrive."
  }
}

run "alarm_before_dead_letters_expire" {
  command = apply

  assert {
    condition     = aws_cloudwatch_metric_alarm.dead_letters_expire.threshold < module.orders_queue.dead_letter_queue.message_retention_seconds
    error_message = "The alarm must come while there is still time."
  }

  assert {
    condition     = contains(output.alarm_names, "acme-dev-dead-letter-redrive-dead-letters-expire") && contains(output.alarm_names, "acme-dev-dead-letter-redrive-orders-dead-letters")
    error_message = "Alarms must watch number and age of the dead letters."
  }
}

run "least_privilege" {
  command = apply

  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.consumer.policy).Statement : statement.Action] == ["dynamodb:PutItem", "sqs:SendMessage"]
    error_message = "The consumer must store orders and send dead letters, and nothing else."
  }

  assert {
    condition     = flatten([for statement in jsondecode(aws_iam_role_policy.redriver.policy).Statement : statement.Action]) == ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:ReceiveMessage", "sqs:SendMessage", "dynamodb:PutItem"]
    error_message = "Only the redriver may read dead letters and send them back."
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
    condition     = length(aws_iam_role_policy.key) == 2 && module.orders_queue.dead_letter_queue.kms_master_key_id == "arn:aws:kms:us-east-1:111122223333:key/1234"
    error_message = "Both functions must be able to use the key, and the queues must."
  }
}
