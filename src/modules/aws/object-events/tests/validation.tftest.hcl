# What the module makes, and what it refuses.

mock_provider "aws" {
  mock_resource "aws_cloudwatch_event_rule" {
    defaults = { arn = "arn:aws:events:us-east-1:111122223333:rule/acme-objects" }
  }
}

variables {
  bucket = { id = "acme-uploads" }
  dead_letter_queue = {
    arn = "arn:aws:sqs:us-east-1:111122223333:acme-dead-letter"
    url = "https://sqs.us-east-1.amazonaws.com/111122223333/acme-dead-letter"
  }
  name   = "acme-objects"
  queue  = { arn = "arn:aws:sqs:us-east-1:111122223333:acme" }
  suffix = ".csv"
  tags   = {}
}

run "by_suffix" {
  command = apply

  assert {
    condition = jsondecode(aws_cloudwatch_event_rule.this.event_pattern) == {
      source      = ["aws.s3"]
      detail-type = ["Object Created"]
      detail = {
        bucket = { name = ["acme-uploads"] }
        object = { key = [{ suffix = ".csv" }] }
      }
    }
    error_message = "Only new objects of this bucket with the suffix may match."
  }

  assert {
    condition     = aws_cloudwatch_event_target.queue.dead_letter_config[0].arn == "arn:aws:sqs:us-east-1:111122223333:acme-dead-letter"
    error_message = "What cannot be delivered must go to the dead-letter queue."
  }

  assert {
    condition     = jsondecode(aws_sqs_queue_policy.dead_letter.policy).Statement[0].Condition.ArnEquals["aws:SourceArn"] == aws_cloudwatch_event_rule.this.arn
    error_message = "Only this rule may send to the dead-letter queue."
  }
}

run "by_prefix_and_suffix" {
  command = plan

  variables {
    prefix = "incoming/"
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.this.event_pattern).detail.object.key == [{ wildcard = "incoming/*.csv" }]
    error_message = "Keys must have both the prefix and the suffix."
  }
}

run "wildcard_in_suffix" {
  command = plan

  variables {
    suffix = "*"
  }

  expect_failures = [var.suffix]
}

run "wildcard_in_prefix" {
  command = plan

  variables {
    prefix = "a*/"
  }

  expect_failures = [var.prefix]
}
