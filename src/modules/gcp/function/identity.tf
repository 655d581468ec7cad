locals {
  # Account ids have at most 30 characters.
  account_prefix = "${substr(var.name, 0, 16)}-${substr(sha256(var.name), 0, 6)}"
}

# The account needs no role for logs and traces: lines go to standard output, and Cloud Run traces the requests.
# https://cloud.google.com/run/docs/trace
resource "google_service_account" "run" {
  project      = var.project_id
  account_id   = "${local.account_prefix}-run"
  display_name = "${var.name}, running"
  description  = "What the function ${var.name} runs as. The stack grants what it may do."
}

resource "google_service_account" "trigger" {
  count = var.event_trigger == null ? 0 : 1

  project      = var.project_id
  account_id   = "${local.account_prefix}-event"
  display_name = "${var.name}, calling"
  description  = "What Eventarc calls the function ${var.name} as."
}

# Direct events (Cloud Storage, Firestore) are handed over to this account; messages of a topic need only the call.
resource "google_project_iam_member" "trigger" {
  count = try(var.event_trigger.pubsub_topic, "none") == null ? 1 : 0

  project = var.project_id
  role    = "roles/eventarc.eventReceiver"
  member  = google_service_account.trigger[0].member
}

resource "google_cloud_run_v2_service_iam_member" "trigger" {
  count = var.event_trigger == null ? 0 : 1

  project  = var.project_id
  location = var.region
  name     = google_cloudfunctions2_function.this.name
  role     = "roles/run.invoker"
  member   = google_service_account.trigger[0].member
}

resource "google_service_account" "build" {
  project      = var.project_id
  account_id   = "${local.account_prefix}-build"
  display_name = "${var.name}, building"
  description  = "What Cloud Build runs as when it builds the function ${var.name}."
}

resource "google_project_iam_member" "build_logs" {
  project = var.project_id
  role    = "roles/logging.logWriter"
  member  = google_service_account.build.member
}

# Cloud Functions fetches the package by itself and hands it to the build in a bucket that it makes: the build reads
# no other.
resource "google_project_iam_member" "build_source" {
  project = var.project_id
  role    = "roles/storage.objectViewer"
  member  = google_service_account.build.member

  condition {
    title      = "sources-of-functions"
    expression = "resource.name.startsWith(\"projects/_/buckets/gcf-v2-sources-\")"
  }
}

resource "google_artifact_registry_repository_iam_member" "build" {
  project    = var.project_id
  location   = var.region
  repository = google_artifact_registry_repository.images.name
  role       = "roles/artifactregistry.writer"
  member     = google_service_account.build.member
}
