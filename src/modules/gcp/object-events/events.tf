# Tells a topic of every new object of a bucket. Cloud Storage publishes by itself, which gives a topic and subscriptions of
# one's own, with a dead-letter policy; the subscription that an Eventarc trigger makes for itself is out of Terraform's
# reach, so that it could not be given one.
# https://cloud.google.com/storage/docs/pubsub-notifications

data "google_storage_project_service_account" "this" {
  project = var.project_id
}

resource "google_storage_notification" "this" {
  bucket             = var.bucket_name
  topic              = var.topic_id
  payload_format     = "JSON_API_V1"
  event_types        = ["OBJECT_FINALIZE"]
  object_name_prefix = var.prefix == "" ? null : var.prefix

  # Cloud Storage checks that it may publish.
  depends_on = [google_pubsub_topic_iam_member.publisher]
}

# Cloud Storage publishes as its own service agent.
resource "google_pubsub_topic_iam_member" "publisher" {
  project = var.project_id
  topic   = var.topic_id
  role    = "roles/pubsub.publisher"
  member  = data.google_storage_project_service_account.this.member
}
