# A push subscription that brings each message of a topic to a function, as a service account of its own, and forwards
# to the dead-letter topic what the function refuses too often.

data "google_project" "this" {
  project_id = var.project_id
}

resource "google_pubsub_subscription" "this" {
  project = var.project_id
  name    = var.name
  topic   = var.topic_id

  # The deadline is also the time limit of the request.
  ack_deadline_seconds       = max(10, var.function.timeout_seconds)
  message_retention_duration = "${var.retention_days * 86400}s"
  enable_message_ordering    = var.ordered
  filter                     = var.filter

  # Stays although no message comes for a month.
  expiration_policy {
    ttl = ""
  }

  push_config {
    push_endpoint = "${var.function.url}${var.path}"

    oidc_token {
      service_account_email = google_service_account.push.email
      # Cloud Run takes tokens for the URL of the service, whatever the path of the request.
      audience = var.function.url
    }
  }

  retry_policy {
    minimum_backoff = "${var.backoff_seconds.minimum}s"
    maximum_backoff = "${var.backoff_seconds.maximum}s"
  }

  dead_letter_policy {
    dead_letter_topic     = var.dead_letter_topic_id
    max_delivery_attempts = var.max_deliveries
  }

  labels = var.labels

  lifecycle {
    precondition {
      condition     = var.function.timeout_seconds <= 600
      error_message = "The function has a timeout of ${var.function.timeout_seconds} s; Pub/Sub waits at most 600 s for the answer to a push and then delivers the message again, beside the first delivery."
    }
  }

  # The first push must be let in.
  depends_on = [google_cloud_run_v2_service_iam_member.push]
}
