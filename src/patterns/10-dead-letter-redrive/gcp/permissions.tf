# What the functions may do. In Firestore: what each does with its documents, permission by permission, in this one
# database; its IAM knows no collections.
# https://cloud.google.com/firestore/native/docs/security/iam

locals {
  document_permissions = {
    runbook = ["datastore.entities.create", "datastore.entities.update"]
    worker  = ["datastore.entities.create", "datastore.entities.get", "datastore.entities.update"]
  }

  members = {
    runbook = module.runbook.identity.member
    worker  = module.worker.identity.member
  }
}

resource "google_pubsub_topic_iam_member" "dead_letters" {
  project = var.project_id
  topic   = module.orders.dead_letter_topic.name
  role    = "roles/pubsub.publisher"
  member  = module.worker.identity.member
}

resource "google_pubsub_subscription_iam_member" "take" {
  project      = var.project_id
  subscription = module.orders.dead_letter_subscription.name
  role         = "roles/pubsub.subscriber"
  member       = module.runbook.identity.member
}

resource "google_pubsub_topic_iam_member" "redrive" {
  project = var.project_id
  topic   = module.orders.topic.name
  role    = "roles/pubsub.publisher"
  member  = module.runbook.identity.member
}

resource "google_project_iam_custom_role" "documents" {
  for_each = local.document_permissions

  project     = var.project_id
  role_id     = replace("${local.name}-${each.key}", "-", "_")
  title       = "Documents of ${local.name}, ${each.key}"
  description = "What the function ${each.key} of ${local.name} does with its documents"
  permissions = each.value

  depends_on = [google_project_service.this]
}

resource "google_project_iam_member" "documents" {
  for_each = local.document_permissions

  project = var.project_id
  role    = google_project_iam_custom_role.documents[each.key].id
  member  = local.members[each.key]

  condition {
    title       = "only-${local.name}"
    description = "No other database of the project"
    expression  = "resource.name == \"projects/${var.project_id}/databases/${module.firestore.database.name}\""
  }
}
