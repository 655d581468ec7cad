# Two functions from one package, each with a role of its own: the one that the world calls cannot write results, and a
# flood of jobs cannot take the instances that answer requests.

locals {
  package_path = "${path.module}/../../../../dist/functions/02-async-processor/aws.zip"

  environment = {
    DEAD_LETTER_QUEUE_URL = module.queue.dead_letter_queue.url
    JOBS_QUEUE_URL        = module.queue.queue.url
    LOG_LEVEL             = local.log_level
    MAX_DELIVERIES        = var.max_receives
    METRICS_NAMESPACE     = var.project_name
    RESULTS_BUCKET        = module.bucket.bucket.bucket
    SERVICE_NAME          = local.pattern
  }
}

module "submit" {
  source = "../../../modules/aws/function"

  name         = "${local.name}-submit"
  description  = "Takes jobs, puts them into the queue and answers at once"
  package_path = local.package_path
  handler      = "index.submit"
  runtime      = local.runtime
  environment  = local.environment

  memory_mb = local.memory_mb
  # An HTTP API gives up after 30 seconds.
  timeout_seconds      = min(local.timeout_seconds, 29)
  reserved_concurrency = local.reserved_concurrency

  log_level          = local.log_level
  log_retention_days = local.log_retention_days
  tracing            = local.tracing
  alarms             = { topic_arn = var.alarm_topic_arn }

  kms_key_arn                  = var.kms_key_arn
  signing_profile_version_arns = var.signing_profile_version_arns

  tags = local.tags
}

module "worker" {
  source = "../../../modules/aws/function"

  name         = "${local.name}-worker"
  description  = "Does the jobs of the queue, each exactly once"
  package_path = local.package_path
  handler      = "index.work"
  runtime      = local.runtime
  environment  = local.environment

  memory_mb            = local.memory_mb
  timeout_seconds      = local.timeout_seconds
  reserved_concurrency = local.worker_concurrency

  log_level          = local.log_level
  log_retention_days = local.log_retention_days
  tracing            = local.tracing
  alarms             = { topic_arn = var.alarm_topic_arn }

  kms_key_arn                  = var.kms_key_arn
  signing_profile_version_arns = var.signing_profile_version_arns

  tags = local.tags
}
