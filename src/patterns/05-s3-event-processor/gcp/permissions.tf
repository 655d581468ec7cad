# What the function may do: send to the dead letters, read the files, and what it does with its documents, permission by
# permission, in this one bucket and this one database. Firestore's IAM knows no collections.
# https://cloud.google.com/firestore/native/docs/security/iam

resource "google_pubsub_topic_iam_member" "dead_letters" {
  project = var.project_id
  topic   = module.notifications.dead_letter_topic.name
  role    = "roles/pubsub.publisher"
  member  = module.function.identity.member
}

resource "google_project_iam_custom_role" "files" {
  project     = var.project_id
  role_id     = "${replace(local.name, "-", "_")}_files"
  title       = "Files of ${local.name}"
  description = "What the function ${local.name} does with its files"

  permissions = [
    "storage.objects.get",
    # Without it Cloud Storage answers for an object that is gone as for one that is forbidden.
    "storage.objects.list",
  ]

  depends_on = [google_project_service.this]
}

resource "google_storage_bucket_iam_member" "files" {
  bucket = module.bucket.bucket.name
  role   = google_project_iam_custom_role.files.id
  member = module.function.identity.member
}

resource "google_project_iam_custom_role" "documents" {
  project     = var.project_id
  role_id     = "${replace(local.name, "-", "_")}_documents"
  title       = "Documents of ${local.name}"
  description = "What the function ${local.name} does with its documents"

  permissions = [
    # Transactions begin and roll back with this one.
    "datastore.databases.get",
    "datastore.entities.create",
    "datastore.entities.delete",
    "datastore.entities.get",
    "datastore.entities.update",
  ]

  depends_on = [google_project_service.this]
}

resource "google_project_iam_member" "documents" {
  project = var.project_id
  role    = google_project_iam_custom_role.documents.id
  member  = module.function.identity.member

  condition {
    title       = "only-${local.name}"
    description = "No other database of the project"
    expression  = "resource.name == \"projects/${var.project_id}/databases/${module.firestore.database.name}\""
  }
}
