# What the module makes, and what it refuses.

mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
}

variables {
  dead_letter_retention_days = 14
  labels                     = {}
  name                       = "orders"
  project_id                 = "acme-project"
}

run "accepts_the_least" {
  command = apply

  assert {
    condition     = output.dead_letter_subscription.message_retention_duration == "1209600s" && output.dead_letter_subscription.expiration_policy[0].ttl == ""
    error_message = "Dead letters must be kept for 14 days in a subscription that never expires."
  }

  assert {
    condition     = output.forwarding.member == "serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com"
    error_message = "Pub/Sub itself must be able to forward dead letters."
  }
}

run "retention_beyond_pubsub" {
  command = plan

  variables {
    dead_letter_retention_days = 32
  }

  expect_failures = [var.dead_letter_retention_days]
}

run "reserved_name" {
  command = plan

  variables {
    name = "google-orders"
  }

  expect_failures = [var.name]
}

run "subscribers_with_dead_letters_of_their_own" {
  command = apply

  variables {
    dead_letter_retention_days = null
  }

  assert {
    condition     = output.dead_letter_topic == null && length(output.alerts) == 0
    error_message = "Nothing must be made that nobody uses."
  }
}
