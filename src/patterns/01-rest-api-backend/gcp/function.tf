module "function" {
  source = "../../../modules/gcp/function"

  project_id   = var.project_id
  region       = var.region
  name         = local.name
  description  = "Items API: create, read, list, replace and delete items"
  package_path = "${path.module}/../../../../dist/functions/01-rest-api-backend/gcp.zip"
  entry_point  = "api"
  runtime      = local.runtime

  # Cross-origin rules are missing here on purpose: Cloud Run has none, a load balancer or the code would set them.
  environment = {
    FIRESTORE_DATABASE     = module.firestore.database.name
    IDEMPOTENCY_COLLECTION = local.idempotency_collection
    ITEMS_COLLECTION       = local.items_collection
    LOG_LEVEL              = local.log_level
    SERVICE_NAME           = local.pattern
  }

  memory_mb       = local.memory_mb
  timeout_seconds = local.timeout_seconds
  max_concurrency = local.max_concurrency
  min_instances   = local.min_instances

  authorization = var.authorization
  ingress       = var.ingress
  vpc           = var.vpc
  alerts        = { notification_channels = var.notification_channels }

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
