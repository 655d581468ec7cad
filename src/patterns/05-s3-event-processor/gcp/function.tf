module "function" {
  source = "../../../modules/gcp/function"

  project_id   = var.project_id
  region       = var.region
  name         = local.name
  description  = "Puts the rows of uploaded CSV files into the index"
  package_path = "${path.module}/../../../../dist/functions/05-s3-event-processor/gcp.zip"
  entry_point  = "indexFile"
  runtime      = local.runtime

  environment = {
    BUCKET             = module.bucket.bucket.name
    COLLECTION         = local.collection
    DEAD_LETTER_TOPIC  = module.notifications.dead_letter_topic.name
    FIRESTORE_DATABASE = module.firestore.database.name
    LOG_LEVEL          = local.log_level
    MAX_OBJECT_MB      = var.max_object_mb
    SERVICE_NAME       = local.pattern
    TIMEOUT_SECONDS    = local.timeout_seconds
  }

  memory_mb       = local.memory_mb
  timeout_seconds = local.timeout_seconds
  # Each file has its window of rows and its chunks in memory.
  concurrency     = 4
  max_concurrency = local.max_concurrency

  # Only the push subscription calls, with a token of its account: see the module `consumer`. Its requests come from
  # within Google's network.
  ingress = "ALLOW_INTERNAL_ONLY"
  # A file that takes the whole time is no cause for alarm: it goes on in the next delivery.
  alerts = { latency_p99_ms = local.timeout_seconds * 1000, notification_channels = var.notification_channels }

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
