# What each function may do: the API publishes, a branch announces completions and sends to its own dead letters.

resource "google_pubsub_topic_iam_member" "publish" {
  project = var.project_id
  topic   = module.orders.topic.name
  role    = "roles/pubsub.publisher"
  member  = module.api.identity.member
}

resource "google_pubsub_topic_iam_member" "announce" {
  for_each = local.branches

  project = var.project_id
  topic   = module.completed.topic.name
  role    = "roles/pubsub.publisher"
  member  = module.branch[each.key].identity.member
}

resource "google_pubsub_topic_iam_member" "dead_letters" {
  for_each = local.branches

  project = var.project_id
  topic   = module.dead_letters[each.key].topic.name
  role    = "roles/pubsub.publisher"
  member  = module.branch[each.key].identity.member
}

# What they do with their documents, permission by permission, in this one database. Firestore's IAM knows no
# collections. https://cloud.google.com/firestore/native/docs/security/iam

locals {
  documents_role_id = replace(local.name, "-", "_")
}

# The API makes records and reads them.
resource "google_project_iam_custom_role" "api_documents" {
  project     = var.project_id
  role_id     = "${local.documents_role_id}_api"
  title       = "Documents of ${local.name}, API"
  description = "What the function ${local.name} does with its documents"

  permissions = [
    "datastore.entities.create",
    "datastore.entities.get",
  ]

  depends_on = [google_project_service.this]
}

# The branches change them as well.
resource "google_project_iam_custom_role" "branch_documents" {
  project     = var.project_id
  role_id     = "${local.documents_role_id}_branches"
  title       = "Documents of ${local.name}, branches"
  description = "What the branches of ${local.name} do with their documents"

  permissions = [
    # Transactions begin and roll back with this one.
    "datastore.databases.get",
    "datastore.entities.create",
    "datastore.entities.get",
    "datastore.entities.update",
  ]

  depends_on = [google_project_service.this]
}

resource "google_project_iam_member" "api_documents" {
  project = var.project_id
  role    = google_project_iam_custom_role.api_documents.id
  member  = module.api.identity.member

  condition {
    title       = "only-${local.name}"
    description = "No other database of the project"
    expression  = "resource.name == \"projects/${var.project_id}/databases/${module.firestore.database.name}\""
  }
}

resource "google_project_iam_member" "branch_documents" {
  for_each = local.branches

  project = var.project_id
  role    = google_project_iam_custom_role.branch_documents.id
  member  = module.branch[each.key].identity.member

  condition {
    title       = "only-${local.name}"
    description = "No other database of the project"
    expression  = "resource.name == \"projects/${var.project_id}/databases/${module.firestore.database.name}\""
  }
}
