# What the variables refuse.

mock_provider "aws" {}

variables {
  project_name = "acme"
}

run "project_name" {
  command = plan

  variables {
    project_name = "Acme Corp"
  }

  expect_failures = [var.project_name]
}

run "environment" {
  command = plan

  variables {
    environment = "Production"
  }

  expect_failures = [var.environment]
}

run "timeout_beyond_the_gateway" {
  command = plan

  variables {
    timeout_seconds = 30
  }

  expect_failures = [var.timeout_seconds]
}

run "budget_without_address" {
  command = plan

  variables {
    budget = { emails = [], monthly_usd = 20 }
  }

  expect_failures = [var.budget]
}
