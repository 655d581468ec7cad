module "queue" {
  source = "../../../modules/aws/queue"

  name                       = local.name
  retention_days             = local.queue_retention_days
  dead_letter_retention_days = local.dead_letter_retention_days
  max_receives               = var.max_receives
  # A job must stay hidden for as long as Lambda may try to get it done; the module `consumer` refuses less.
  visibility_timeout_seconds = coalesce(var.visibility_timeout_seconds, 6 * local.timeout_seconds)
  kms_key_arn                = var.kms_key_arn
  alarms                     = { topic_arn = var.alarm_topic_arn }

  tags = local.tags
}

module "consumer" {
  source = "../../../modules/aws/queue-consumer"

  name                     = "jobs"
  queue                    = module.queue.queue
  function_alias_arn       = module.worker.alias.arn
  function_timeout_seconds = local.timeout_seconds
  role_id                  = module.worker.role.id
  # Below what the function has room for the poller takes no job that must wait: a refused delivery counts.
  maximum_concurrency = local.worker_concurrency == -1 ? local.defaults.cost_controls.max_concurrent_executions : local.worker_concurrency

  tags = local.tags
}
