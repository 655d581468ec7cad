# What the module makes, and what it refuses.

mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
}

variables {
  dead_letter_topic_id = "projects/acme-project/topics/orders-dead-letter"
  function = {
    name            = "consumer"
    region          = "us-central1"
    timeout_seconds = 30
    url             = "https://consumer-abc-uc.a.run.app"
  }
  labels     = {}
  name       = "orders"
  project_id = "acme-project"
  topic_id   = "projects/acme-project/topics/orders"
}

run "accepts_the_least" {
  command = apply

  assert {
    condition     = google_pubsub_subscription.this.push_config[0].oidc_token[0].audience == "https://consumer-abc-uc.a.run.app"
    error_message = "The push must carry a token for the function."
  }

  assert {
    condition     = google_pubsub_subscription.this.ack_deadline_seconds == 30
    error_message = "A push must not end before the function does."
  }

  assert {
    condition     = google_pubsub_subscription.this.dead_letter_policy[0].max_delivery_attempts == 5 && google_pubsub_subscription.this.retry_policy[0].minimum_backoff == "10s"
    error_message = "Deliveries must be repeated with backoff, and end."
  }

  assert {
    condition     = google_cloud_run_v2_service_iam_member.push.role == "roles/run.invoker" && google_cloud_run_v2_service_iam_member.push.name == "consumer"
    error_message = "The subscription may call this function only."
  }
}

run "function_that_outlasts_the_push" {
  command = plan

  variables {
    function = {
      name            = "consumer"
      region          = "us-central1"
      timeout_seconds = 900
      url             = "https://consumer-abc-uc.a.run.app"
    }
  }

  expect_failures = [google_pubsub_subscription.this]
}

run "too_few_deliveries" {
  command = plan

  variables {
    max_deliveries = 3
  }

  expect_failures = [var.max_deliveries]
}

run "backoff_that_falls" {
  command = plan

  variables {
    backoff_seconds = { minimum = 60, maximum = 30 }
  }

  expect_failures = [var.backoff_seconds]
}
