locals {
  package_path = "${path.module}/../../../../dist/functions/10-dead-letter-redrive/aws.zip"

  environment = {
    AUDIT_TABLE                   = module.audit_table.table.name
    DEAD_LETTER_QUEUE_URL         = module.orders_queue.dead_letter_queue.url
    LOG_LEVEL                     = local.log_level
    MAX_DELIVERIES                = var.max_receives
    MAX_REDRIVES                  = var.max_redrives
    METRICS_NAMESPACE             = var.project_name
    ORDERS_TABLE                  = module.orders_table.table.name
    QUEUE_URL                     = module.orders_queue.queue.url
    REDRIVE_DEAD_LETTER_QUEUE_URL = module.redrive_queue.dead_letter_queue.url
    REDRIVE_TIMEOUT_SECONDS       = local.redrive_timeout_seconds
    SERVICE_NAME                  = local.pattern
  }
}

module "consumer" {
  source = "../../../modules/aws/function"

  name         = "${local.name}-consumer"
  description  = "Accepts orders from the queue"
  package_path = local.package_path
  handler      = "index.consume"
  runtime      = local.runtime
  environment  = local.environment

  memory_mb            = local.memory_mb
  timeout_seconds      = local.timeout_seconds
  reserved_concurrency = local.reserved_concurrency

  log_level          = local.log_level
  log_retention_days = local.log_retention_days
  tracing            = local.tracing
  alarms             = { topic_arn = var.alarm_topic_arn }

  kms_key_arn                  = var.kms_key_arn
  signing_profile_version_arns = var.signing_profile_version_arns

  tags = local.tags
}

module "redriver" {
  source = "../../../modules/aws/function"

  name         = "${local.name}-redriver"
  description  = "Sends dead letters back to their queue, as operators ask"
  package_path = local.package_path
  handler      = "index.redriveDeadLetters"
  runtime      = local.runtime
  environment  = local.environment

  memory_mb            = local.memory_mb
  timeout_seconds      = local.redrive_timeout_seconds
  reserved_concurrency = local.reserved_concurrency == -1 ? -1 : 2

  log_level          = local.log_level
  log_retention_days = local.log_retention_days
  tracing            = local.tracing
  alarms             = { topic_arn = var.alarm_topic_arn }

  kms_key_arn                  = var.kms_key_arn
  signing_profile_version_arns = var.signing_profile_version_arns

  tags = local.tags
}

module "order_messages" {
  source = "../../../modules/aws/queue-consumer"

  name                     = "orders"
  queue                    = module.orders_queue.queue
  function_alias_arn       = module.consumer.alias.arn
  function_timeout_seconds = local.timeout_seconds
  role_id                  = module.consumer.role.id
  maximum_concurrency      = local.reserved_concurrency == -1 ? local.defaults.cost_controls.max_concurrent_executions : local.reserved_concurrency

  tags = local.tags
}

module "redrive_messages" {
  source = "../../../modules/aws/queue-consumer"

  name                     = "redrives"
  queue                    = module.redrive_queue.queue
  function_alias_arn       = module.redriver.alias.arn
  function_timeout_seconds = local.redrive_timeout_seconds
  role_id                  = module.redriver.role.id
  batch_size               = 1
  maximum_concurrency      = 2

  tags = local.tags
}
