# Two functions from one package, each with a service account of its own: the one that the world calls cannot write
# results, and a flood of jobs cannot take the instances that answer requests.

locals {
  package_path = "${path.module}/../../../../dist/functions/02-async-processor/gcp.zip"
  submit_name  = "${local.name}-submit"
  worker_name  = "${local.name}-worker"

  environment = {
    DEAD_LETTER_TOPIC = module.jobs.dead_letter_topic.name
    JOBS_TOPIC        = module.jobs.topic.name
    LOG_LEVEL         = local.log_level
    MAX_DELIVERIES    = var.max_deliveries
    RESULTS_BUCKET    = module.bucket.bucket.name
    SERVICE_NAME      = local.pattern
  }
}

module "submit" {
  source = "../../../modules/gcp/function"

  project_id   = var.project_id
  region       = var.region
  name         = local.submit_name
  description  = "Takes jobs, publishes them and answers at once"
  package_path = local.package_path
  entry_point  = "submitJob"
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

module "worker" {
  source = "../../../modules/gcp/function"

  project_id   = var.project_id
  region       = var.region
  name         = local.worker_name
  description  = "Does the jobs that Pub/Sub pushes, each exactly once"
  package_path = local.package_path
  entry_point  = "doJob"
  runtime      = local.runtime
  environment  = local.environment

  memory_mb       = local.memory_mb
  timeout_seconds = local.timeout_seconds
  max_concurrency = local.worker_concurrency

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
  filter         = "resource.type = \"cloud_run_revision\" AND resource.labels.service_name = (\"${local.submit_name}\" OR \"${local.worker_name}\")"
  retention_days = local.log_retention_days

  depends_on = [google_project_service.this]
}
