locals {
  # Account ids have at most 30 characters.
  account_prefix = "${substr(var.name, 0, 16)}-${substr(sha256(var.name), 0, 6)}"
}

# Nobody but the subscription is this account, and it may do nothing but call the function.
resource "google_service_account" "push" {
  project      = var.project_id
  account_id   = "${local.account_prefix}-push"
  display_name = "${var.name}, pushing"
  description  = "What the subscription ${var.name} calls its function as."
}

resource "google_cloud_run_v2_service_iam_member" "push" {
  project  = var.project_id
  location = var.function.region
  name     = var.function.name
  role     = "roles/run.invoker"
  member   = google_service_account.push.member
}

# Pub/Sub acknowledges what it forwards to the dead-letter topic, as its own service agent.
# https://cloud.google.com/pubsub/docs/dead-letter-topics#grant_forwarding_permissions
resource "google_pubsub_subscription_iam_member" "forwarding" {
  project      = var.project_id
  subscription = google_pubsub_subscription.this.name
  role         = "roles/pubsub.subscriber"
  member       = "serviceAccount:service-${data.google_project.this.number}@gcp-sa-pubsub.iam.gserviceaccount.com"
}
