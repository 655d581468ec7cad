# Functions from one package, each with instances and a service account of its own: a branch that is slow or broken takes
# nothing from the others, nor from the API.

locals {
  package_path = "${path.module}/../../../../dist/functions/03-fan-out/gcp.zip"

  environment = {
    COMPLETED_TOPIC                = module.completed.topic.name
    DEADLINE_SECONDS               = var.deadline_seconds
    FIRESTORE_DATABASE             = module.firestore.database.name
    INVENTORY_DEAD_LETTER_TOPIC    = module.dead_letters["inventory"].topic.name
    INVOICE_DEAD_LETTER_TOPIC      = module.dead_letters["invoice"].topic.name
    LOG_LEVEL                      = local.log_level
    NOTIFICATION_DEAD_LETTER_TOPIC = module.dead_letters["notification"].topic.name
    ORDERS_COLLECTION              = local.orders_collection
    ORDERS_TOPIC                   = module.orders.topic.name
    RECORD_RETENTION_DAYS          = local.record_retention_days
    SERVICE_NAME                   = local.pattern
  }
}

module "api" {
  source = "../../../modules/gcp/function"

  project_id   = var.project_id
  region       = var.region
  name         = local.name
  description  = "Accepts orders, publishes them, and tells how far they are"
  package_path = local.package_path
  entry_point  = "api"
  runtime      = local.runtime
  environment  = local.environment

  memory_mb       = local.memory_mb
  timeout_seconds = local.timeout_seconds
  max_concurrency = local.max_concurrency

  authorization = var.authorization
  ingress       = var.ingress
  alerts        = { notification_channels = var.notification_channels }

  labels = local.labels

  depends_on = [google_project_service.this]
}

module "branch" {
  for_each = local.branches
  source   = "../../../modules/gcp/function"

  project_id   = var.project_id
  region       = var.region
  name         = "${local.name}-${each.key}"
  description  = "The branch ${each.key} of ${local.name}"
  package_path = local.package_path
  entry_point  = each.key
  runtime      = local.runtime
  environment  = local.environment

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
  filter         = "resource.type = \"cloud_run_revision\" AND resource.labels.service_name = (\"${local.name}\" OR \"${local.name}-inventory\" OR \"${local.name}-invoice\" OR \"${local.name}-notification\")"
  retention_days = local.log_retention_days

  depends_on = [google_project_service.this]
}
