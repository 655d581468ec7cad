module "queue" {
  source = "../../../modules/aws/queue"

  name                       = local.name
  retention_days             = local.queue_retention_days
  dead_letter_retention_days = local.dead_letter_retention_days
  max_receives               = var.max_receives
  # A message must stay hidden for as long as Lambda may try to get it processed.
  visibility_timeout_seconds = 6 * local.timeout_seconds
  kms_key_arn                = var.kms_key_arn
  alarms                     = { topic_arn = var.alarm_topic_arn }

  tags = local.tags
}

module "consumer" {
  source = "../../../modules/aws/queue-consumer"

  name                     = "orders"
  queue                    = module.queue.queue
  function_alias_arn       = module.worker.alias.arn
  function_timeout_seconds = local.timeout_seconds
  role_id                  = module.worker.role.id
  maximum_concurrency      = local.reserved_concurrency == -1 ? local.defaults.cost_controls.max_concurrent_executions : local.reserved_concurrency

  tags = local.tags
}
