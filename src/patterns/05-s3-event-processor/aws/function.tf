module "function" {
  source = "../../../modules/aws/function"

  name         = local.name
  description  = "Puts the rows of uploaded CSV files into the index"
  package_path = "${path.module}/../../../../dist/functions/05-s3-event-processor/aws.zip"
  handler      = "index.handler"
  runtime      = local.runtime

  environment = {
    BUCKET                = module.bucket.bucket.id
    DEAD_LETTER_QUEUE_URL = module.queue.dead_letter_queue.url
    LOG_LEVEL             = local.log_level
    MAX_DELIVERIES        = var.max_receives
    MAX_OBJECT_MB         = var.max_object_mb
    METRICS_NAMESPACE     = var.project_name
    SERVICE_NAME          = local.pattern
    TABLE                 = module.table.table.name
  }

  memory_mb       = local.memory_mb
  timeout_seconds = local.timeout_seconds
  # Also a cap on cost, and on what the table has to bear.
  reserved_concurrency = local.reserved_concurrency

  log_level          = local.log_level
  log_retention_days = local.log_retention_days
  tracing            = local.tracing
  # A file that takes the whole time is no cause for alarm: it goes on in the next delivery.
  alarms = { duration_of_timeout = 1, topic_arn = var.alarm_topic_arn }

  kms_key_arn                  = var.kms_key_arn
  signing_profile_version_arns = var.signing_profile_version_arns

  tags = local.tags
}
