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

run "messages_of_a_topic" {
  command = apply

  variables {
    event_trigger = {
      event_type   = "google.cloud.pubsub.topic.v1.messagePublished"
      pubsub_topic = "projects/acme-project/topics/orders"
    }
  }

  assert {
    condition     = google_cloudfunctions2_function.this.event_trigger[0].retry_policy == "RETRY_POLICY_RETRY"
    error_message = "An event that fails must come again."
  }

  assert {
    condition     = length(google_project_iam_member.trigger) == 0 && length(google_cloud_run_v2_service_iam_member.trigger) == 1
    error_message = "The trigger's account may call the function, and nothing else."
  }
}

run "topic_without_messages" {
  command = plan

  variables {
    event_trigger = {
      event_type   = "google.cloud.storage.object.v1.finalized"
      pubsub_topic = "projects/acme-project/topics/orders"
    }
  }

  expect_failures = [var.event_trigger]
}
