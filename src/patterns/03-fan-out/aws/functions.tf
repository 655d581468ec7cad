locals {
  package_path = "${path.module}/../../../../dist/functions/03-fan-out/aws.zip"

  # One package, so one environment; what a function may do with it is in permissions.tf.
  environment = {
    COMPLETED_QUEUE_URL                = module.completed.queue.url
    DEADLINE_SECONDS                   = var.deadline_seconds
    INVENTORY_DEAD_LETTER_QUEUE_URL    = module.topic.dead_letter_queues["inventory"].url
    INVOICE_DEAD_LETTER_QUEUE_URL      = module.topic.dead_letter_queues["invoice"].url
    LOG_LEVEL                          = local.log_level
    MAX_DELIVERIES                     = var.max_receives
    METRICS_NAMESPACE                  = var.project_name
    NOTIFICATION_DEAD_LETTER_QUEUE_URL = module.topic.dead_letter_queues["notification"].url
    ORDERS_TABLE                       = module.orders_table.table.name
    RECORD_RETENTION_DAYS              = local.record_retention_days
    SERVICE_NAME                       = local.pattern
    TOPIC_ARN                          = module.topic.topic.arn
  }
}

module "api_function" {
  source = "../../../modules/aws/function"

  name         = local.name
  description  = "Accepts orders, publishes them, and tells how far they are"
  package_path = local.package_path
  handler      = "index.api"
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

# A function for each branch, with a concurrency and a role of its own: a branch that is slow or broken takes nothing
# from the others.
module "branch_function" {
  for_each = local.branches
  source   = "../../../modules/aws/function"

  name         = "${local.name}-${each.key}"
  description  = "The branch ${each.key} of ${local.name}"
  package_path = local.package_path
  handler      = "index.${each.key}"
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

module "consumer" {
  for_each = local.branches
  source   = "../../../modules/aws/queue-consumer"

  name                     = each.key
  queue                    = module.topic.queues[each.key]
  function_alias_arn       = module.branch_function[each.key].alias.arn
  function_timeout_seconds = local.timeout_seconds
  role_id                  = module.branch_function[each.key].role.id
  maximum_concurrency      = local.reserved_concurrency == -1 ? local.defaults.cost_controls.max_concurrent_executions : local.reserved_concurrency

  tags = local.tags
}
