module "function" {
  source = "../../../modules/aws/function"

  name         = local.name
  description  = "Books transfers from the queue, each exactly once"
  package_path = "${path.module}/../../../../dist/functions/11-idempotent-consumer/aws.zip"
  handler      = "index.handler"
  runtime      = local.runtime

  environment = {
    ACCOUNTS_TABLE        = module.accounts_table.table.name
    DEAD_LETTER_QUEUE_URL = module.queue.dead_letter_queue.url
    INBOX_RETENTION_DAYS  = local.inbox_retention_days
    INBOX_TABLE           = module.inbox_table.table.name
    LOG_LEVEL             = local.log_level
    MAX_DELIVERIES        = var.max_receives
    METRICS_NAMESPACE     = var.project_name
    SERVICE_NAME          = local.pattern
  }

  memory_mb       = local.memory_mb
  timeout_seconds = local.timeout_seconds
  # Also a cap on cost, and on what the tables have to bear.
  reserved_concurrency = local.reserved_concurrency

  log_level          = local.log_level
  log_retention_days = local.log_retention_days
  tracing            = local.tracing
  alarms             = { topic_arn = var.alarm_topic_arn }

  kms_key_arn                  = var.kms_key_arn
  signing_profile_version_arns = var.signing_profile_version_arns

  tags = local.tags
}
