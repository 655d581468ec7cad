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
