# What the module refuses.

mock_provider "google" {}
mock_provider "time" {}

variables {
  authorization   = { type = "NONE", reason = "Only a test calls this function." }
  description     = "Test"
  entry_point     = "api"
  labels          = {}
  max_concurrency = 10
  memory_mb       = 256
  name            = "test-function"
  # Any file will do: only its hash is read.
  package_path    = "./versions.tf"
  project_id      = "acme-123456"
  region          = "us-central1"
  runtime         = "nodejs24"
  timeout_seconds = 30
}

run "accepts_the_least" {
  command = plan

  assert {
    condition     = google_cloudfunctions2_function.this.service_config[0].max_instance_count == 1
    error_message = "10 requests at once need one instance."
  }

  assert {
    condition     = length(google_service_account.build.account_id) <= 30 && google_service_account.build.account_id != google_service_account.run.account_id
    error_message = "Function and build must have accounts of their own, with ids of at most 30 characters."
  }
}

run "public_without_reason" {
  command = plan

  variables {
    authorization = { type = "NONE" }
  }

  expect_failures = [var.authorization]
}

run "public_by_the_back_door" {
  command = plan

  variables {
    authorization = { type = "IAM", members = ["allAuthenticatedUsers"] }
  }

  expect_failures = [var.authorization]
}

run "deprecated_runtime" {
  command = plan

  variables {
    runtime = "nodejs18"
  }

  expect_failures = [var.runtime]
}
