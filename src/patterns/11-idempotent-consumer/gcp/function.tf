module "function" {
  source = "../../../modules/gcp/function"

  project_id   = var.project_id
  region       = var.region
  name         = local.name
  description  = "Books transfers that Pub/Sub pushes, each exactly once"
  package_path = "${path.module}/../../../../dist/functions/11-idempotent-consumer/gcp.zip"
  entry_point  = "bookTransfer"
  runtime      = local.runtime

  environment = {
    ACCOUNTS_COLLECTION  = local.accounts_collection
    DEAD_LETTER_TOPIC    = module.transfers.dead_letter_topic.name
    FIRESTORE_DATABASE   = module.firestore.database.name
    INBOX_COLLECTION     = local.inbox_collection
    INBOX_RETENTION_DAYS = local.inbox_retention_days
    LOG_LEVEL            = local.log_level
    SERVICE_NAME         = local.pattern
  }

  memory_mb       = local.memory_mb
  timeout_seconds = local.timeout_seconds
  max_concurrency = local.max_concurrency

  # Only the push subscription calls, with a token of its account: see the module `consumer`. Its requests come from
  # within Google's network.
  ingress = "ALLOW_INTERNAL_ONLY"
  alerts  = { notification_channels = var.notification_channels }

  labels = local.labels

  depends_on = [google_project_service.this]
}

module "logs" {
  source = "../../../modules/gcp/log-bucket"

  project_id     = var.project_id
  location       = var.region
  name           = local.name
  description    = "Logs of ${local.name}"
  filter         = "resource.type = \"cloud_run_revision\" AND resource.labels.service_name = \"${local.name}\""
  retention_days = local.log_retention_days

  depends_on = [google_project_service.this]
}
