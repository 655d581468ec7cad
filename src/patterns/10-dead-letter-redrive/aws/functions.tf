locals {
  package_path = "${path.module}/../../../../dist/functions/10-dead-letter-redrive/aws.zip"

  # One package, so one environment; what a function may do with it is in permissions.tf.
  environment = {
    AUDIT_TABLE                = module.audit_table.table.name
    DEAD_LETTER_QUEUE_URL      = module.queue.dead_letter_queue.url
    DEAD_LETTER_RETENTION_DAYS = local.dead_letter_retention_days
    LOG_LEVEL                  = local.log_level
    MAX_DELIVERIES             = var.max_receives
    MAX_RATE_PER_SECOND        = var.max_redrives_per_second
    MAX_REDRIVES               = var.max_redrives
    METRICS_NAMESPACE          = var.project_name
    QUEUE_URL                  = module.queue.queue.url
    SERVICE_NAME               = local.pattern
    SHIPMENTS_TABLE            = module.shipments_table.table.name
    SKUS                       = join(",", sort(tolist(var.skus)))
  }
}

module "worker" {
  source = "../../../modules/aws/function"

  name         = local.name
  description  = "Ships the orders from the queue, each once"
  package_path = local.package_path
  handler      = "index.work"
  runtime      = local.runtime
  environment  = local.environment

  memory_mb       = local.memory_mb
  timeout_seconds = local.timeout_seconds
  # However fast dead letters come back, no more than this is worked on at once.
  reserved_concurrency = local.reserved_concurrency

  log_level          = local.log_level
  log_retention_days = local.log_retention_days
  tracing            = local.tracing
  alarms             = { topic_arn = var.alarm_topic_arn }

  kms_key_arn                  = var.kms_key_arn
  signing_profile_version_arns = var.signing_profile_version_arns

  tags = local.tags
}

module "runbook" {
  source = "../../../modules/aws/function"

  name         = "${local.name}-runbook"
  description  = "Shows dead letters by cause and sends them back at a limited rate"
  package_path = local.package_path
  handler      = "index.runbook"
  runtime      = local.runtime
  environment  = local.environment

  memory_mb = local.memory_mb
  # As long as the API waits.
  timeout_seconds      = 30
  reserved_concurrency = local.reserved_concurrency == -1 ? -1 : 2

  log_level          = local.log_level
  log_retention_days = local.log_retention_days
  tracing            = local.tracing
  # A redrive uses the time that it has.
  alarms = { duration_of_timeout = 0.95, topic_arn = var.alarm_topic_arn }

  kms_key_arn                  = var.kms_key_arn
  signing_profile_version_arns = var.signing_profile_version_arns

  tags = local.tags
}
