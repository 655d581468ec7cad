# What the module makes, and what it refuses.

mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
}

variables {
  labels         = {}
  name           = "orders-invoice"
  project_id     = "acme-project"
  retention_days = 14
}

run "accepts_the_least" {
  command = apply

  assert {
    condition     = google_pubsub_topic.this.name == "orders-invoice-dead-letter" && google_pubsub_subscription.this.name == "orders-invoice-dead-letter-queue"
    error_message = "Both must be named after the subscriber."
  }

  assert {
    condition     = google_pubsub_subscription.this.message_retention_duration == "1209600s" && google_pubsub_subscription.this.expiration_policy[0].ttl == ""
    error_message = "Dead letters must be kept for 14 days in a subscription that never expires."
  }

  assert {
    condition     = google_pubsub_topic_iam_member.forwarding.member == "serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com"
    error_message = "Pub/Sub itself must be able to forward dead letters."
  }
}

run "retention_beyond_pubsub" {
  command = plan

  variables {
    retention_days = 32
  }

  expect_failures = [var.retention_days]
}
