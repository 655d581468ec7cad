# What the module refuses.

mock_provider "aws" {}

variables {
  description = "Test"
  memory_mb   = 256
  name        = "test"
  # Any file will do: only its hash is read.
  package_path         = "./versions.tf"
  reserved_concurrency = 5
  runtime              = "nodejs24.x"
  tags                 = {}
  timeout_seconds      = 10
}

run "accepts_the_least" {
  command = plan
}

run "more_provisioned_than_reserved" {
  command = plan

  variables {
    provisioned_concurrency = 6
  }

  expect_failures = [aws_lambda_function.this]
}

run "no_concurrency_at_all" {
  command = plan

  variables {
    reserved_concurrency = 0
  }

  expect_failures = [var.reserved_concurrency]
}

run "deprecated_runtime" {
  command = plan

  variables {
    runtime = "nodejs18.x"
  }

  expect_failures = [var.runtime]
}

run "odd_retention" {
  command = plan

  variables {
    log_retention_days = 42
  }

  expect_failures = [var.log_retention_days]
}

run "signed_packages" {
  command = plan

  variables {
    signing_profile_version_arns = ["arn:aws:signer:us-east-1:111122223333:/signing-profiles/p/1234567890"]
  }

  assert {
    condition     = aws_lambda_code_signing_config.this[0].policies[0].untrusted_artifact_on_deployment == "Enforce"
    error_message = "Unsigned packages must be refused."
  }
}

run "network" {
  command = plan

  variables {
    network = { security_group_ids = ["sg-1"], subnet_ids = ["subnet-1", "subnet-2"] }
  }

  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.network[0].policy).Statement : statement.Effect] == ["Allow", "Deny"]
    error_message = "The code must not use the permission with which Lambda attaches the function to the VPC."
  }
}

run "asynchronous" {
  command = plan

  variables {
    async = { failure_queue_arn = "arn:aws:sqs:us-east-1:111122223333:failures" }
  }

  assert {
    condition     = aws_lambda_function_event_invoke_config.live[0].destination_config[0].on_failure[0].destination == "arn:aws:sqs:us-east-1:111122223333:failures"
    error_message = "Events that failed for good must be kept."
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.failures[0].policy).Statement[0].Resource == "arn:aws:sqs:us-east-1:111122223333:failures"
    error_message = "The function must be able to send to this queue only."
  }
}

run "more_retries_than_lambda_has" {
  command = plan

  variables {
    async = { failure_queue_arn = "arn:aws:sqs:us-east-1:111122223333:failures", maximum_retry_attempts = 3 }
  }

  expect_failures = [var.async]
}
