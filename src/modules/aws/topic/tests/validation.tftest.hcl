# What the module makes, and what it refuses.

mock_provider "aws" {
  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:us-east-1:111122223333:orders" }
  }

  mock_resource "aws_sqs_queue" {
    defaults = { arn = "arn:aws:sqs:us-east-1:111122223333:queue", url = "https://sqs.us-east-1.amazonaws.com/111122223333/queue" }
  }
}

variables {
  dead_letter_retention_days = 14
  name                       = "orders"
  tags                       = {}

  subscribers = {
    audit   = { visibility_timeout_seconds = 180 }
    invoice = { filter = { payment = ["invoice"] }, visibility_timeout_seconds = 180 }
  }
}

run "each_subscriber_has_queues_of_its_own" {
  command = apply

  assert {
    condition     = output.queues["audit"].name == "orders-audit" && output.dead_letter_queues["invoice"].name == "orders-invoice-dead-letter"
    error_message = "Queues must be named after topic and subscriber."
  }

  assert {
    condition     = output.subscriptions["invoice"].filter_policy == "{\"payment\":[\"invoice\"]}" && output.subscriptions["audit"].filter_policy == null
    error_message = "Only the subscriber with a filter has a filter policy."
  }

  assert {
    condition     = alltrue([for subscription in output.subscriptions : can(jsondecode(subscription.redrive_policy).deadLetterTargetArn) && subscription.raw_message_delivery])
    error_message = "What SNS cannot deliver must be kept."
  }

  assert {
    condition = alltrue([
      for policy in flatten([for policies in output.policies : values(policies)]) :
      jsondecode(policy).Statement[0].Condition.ArnEquals["aws:SourceArn"] == "arn:aws:sns:us-east-1:111122223333:orders"
    ])
    error_message = "Only this topic may send."
  }

  assert {
    condition     = aws_sns_topic.this.kms_master_key_id == "alias/aws/sns"
    error_message = "The topic must be encrypted."
  }
}

run "filter_without_values" {
  command = plan

  variables {
    subscribers = { invoice = { filter = { payment = [] }, visibility_timeout_seconds = 180 } }
  }

  expect_failures = [var.subscribers]
}
