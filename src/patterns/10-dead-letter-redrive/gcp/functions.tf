locals {
  package_path = "${path.module}/../../../../dist/functions/10-dead-letter-redrive/gcp.zip"

  # One package, so one environment; what a function may do with it is in permissions.tf.
  environment = {
    AUDIT_COLLECTION           = local.audit_collection
    DEAD_LETTER_RETENTION_DAYS = local.dead_letter_retention_days
    DEAD_LETTER_SUBSCRIPTION   = module.orders.dead_letter_subscription.id
    DEAD_LETTER_TOPIC          = module.orders.dead_letter_topic.name
    FIRESTORE_DATABASE         = module.firestore.database.name
    LOG_LEVEL                  = local.log_level
    MAX_DELIVERIES             = var.max_deliveries
    MAX_RATE_PER_SECOND        = var.max_redrives_per_second
    MAX_REDRIVES               = var.max_redrives
    SERVICE_NAME               = local.pattern
    SHIPMENTS_COLLECTION       = local.shipments_collection
    SKUS                       = join(",", sort(tolist(var.skus)))
    TIMEOUT_SECONDS            = local.timeout_seconds
    TOPIC                      = module.orders.topic.id
  }
}

module "worker" {
  source = "../../../modules/gcp/function"

  project_id   = var.project_id
  region       = var.region
  name         = local.name
  description  = "Ships the orders that Pub/Sub pushes, each once"
  package_path = local.package_path
  entry_point  = "work"
  runtime      = local.runtime
  environment  = local.environment

  memory_mb       = local.memory_mb
  timeout_seconds = local.timeout_seconds
  # However fast dead letters come back, no more than this is worked on at once.
  max_concurrency = local.max_concurrency

  # Only the push subscription calls, with a token of its account: see the module `consumer`. Its requests come from
  # within Google's network.
  ingress = "ALLOW_INTERNAL_ONLY"
  alerts  = { notification_channels = var.notification_channels }

  labels = local.labels

  depends_on = [google_project_service.this]
}

# What a runbook calls as that runs by itself. People who own it are in var.operators, and the audit knows their names.
resource "google_service_account" "operator" {
  project      = var.project_id
  account_id   = "${substr(local.name, 0, 16)}-${substr(sha256(local.name), 0, 6)}-op"
  display_name = "${local.name}, operator"
  description  = "Looks at the dead letters of ${local.name} and redrives them."

  depends_on = [google_project_service.this]
}

resource "google_cloud_run_v2_service_iam_member" "operator" {
  project  = var.project_id
  location = var.region
  name     = module.runbook.function.name
  role     = "roles/run.invoker"
  member   = google_service_account.operator.member
}

# The entrance for whoever owns the runbook.
module "runbook" {
  source = "../../../modules/gcp/function"

  project_id   = var.project_id
  region       = var.region
  name         = "${local.name}-runbook"
  description  = "Shows dead letters by cause and sends them back at a limited rate"
  package_path = local.package_path
  entry_point  = "runbook"
  runtime      = local.runtime
  environment  = local.environment

  memory_mb       = local.memory_mb
  timeout_seconds = local.timeout_seconds
  # People call it.
  max_concurrency = 10

  authorization = { type = "IAM", members = var.operators }
  ingress       = "ALLOW_ALL"
  # A redrive takes as long as its rate makes it take.
  alerts = { latency_p99_ms = 29000, notification_channels = var.notification_channels }

  labels = local.labels

  depends_on = [google_project_service.this]
}

module "logs" {
  source = "../../../modules/gcp/log-bucket"

  project_id     = var.project_id
  location       = var.region
  name           = local.name
  description    = "Logs of ${local.name}"
  filter         = "resource.type = \"cloud_run_revision\" AND resource.labels.service_name = (\"${local.name}\" OR \"${local.name}-runbook\")"
  retention_days = local.log_retention_days

  depends_on = [google_project_service.this]
}
