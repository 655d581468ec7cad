# What each function may do: one publishes jobs, the other one writes results and sends to the dead letters.

resource "google_pubsub_topic_iam_member" "jobs" {
  project = var.project_id
  topic   = module.jobs.topic.name
  role    = "roles/pubsub.publisher"
  member  = module.submit.identity.member
}

resource "google_pubsub_topic_iam_member" "dead_letters" {
  project = var.project_id
  topic   = module.jobs.dead_letter_topic.name
  role    = "roles/pubsub.publisher"
  member  = module.worker.identity.member
}

# No predefined role creates and reads objects without deleting them.
resource "google_project_iam_custom_role" "results" {
  project     = var.project_id
  role_id     = replace(local.name, "-", "_")
  title       = "Results of ${local.name}"
  description = "What the function ${local.worker_name} does with results"

  permissions = [
    "storage.objects.create",
    "storage.objects.get",
    # Whoever may not list a bucket is told 403 instead of 404 for an object that is not there.
    "storage.objects.list",
  ]

  depends_on = [google_project_service.this]
}

resource "google_storage_bucket_iam_member" "results" {
  bucket = module.bucket.bucket.name
  role   = google_project_iam_custom_role.results.id
  member = module.worker.identity.member
}
