# A Pub/Sub topic for the messages that a subscriber cannot process, and a subscription where they are kept.

data "google_project" "this" {
  project_id = var.project_id
}

resource "google_pubsub_topic" "this" {
  project = var.project_id
  name    = "${var.name}-dead-letter"
  # Google encrypts with its own key otherwise.
  kms_key_name = var.kms_key_name

  labels = var.labels
}

# A topic without a subscription drops what it is given.
resource "google_pubsub_subscription" "this" {
  project = var.project_id
  name    = "${var.name}-dead-letter-queue"
  topic   = google_pubsub_topic.this.id

  ack_deadline_seconds       = 60
  message_retention_duration = "${var.retention_days * 86400}s"

  # Stays although nobody reads it for a month.
  expiration_policy {
    ttl = ""
  }

  labels = var.labels
}

# Pub/Sub forwards dead letters as its own service agent.
# https://cloud.google.com/pubsub/docs/dead-letter-topics#grant_forwarding_permissions
resource "google_pubsub_topic_iam_member" "forwarding" {
  project = var.project_id
  topic   = google_pubsub_topic.this.name
  role    = "roles/pubsub.publisher"
  member  = "serviceAccount:service-${data.google_project.this.number}@gcp-sa-pubsub.iam.gserviceaccount.com"
}
