# Between EventBridge and the function: EventBridge would try a throttled function for a day and then lose the event; here
# files wait for as long as it takes, and what fails is kept.
module "queue" {
  source = "../../../modules/aws/queue"

  name                       = local.name
  retention_days             = local.queue_retention_days
  dead_letter_retention_days = local.dead_letter_retention_days
  max_receives               = var.max_receives
  # A message must stay hidden for as long as Lambda may try to get it processed.
  visibility_timeout_seconds = 6 * local.timeout_seconds
  senders                    = { objects = { service = "events.amazonaws.com", source_arn = module.events.rule.arn } }
  kms_key_arn                = var.kms_key_arn
  # A large file may be at work for the whole of a timeout.
  alarms = { oldest_message_age_seconds = 900 + local.timeout_seconds, topic_arn = var.alarm_topic_arn }

  tags = local.tags
}

module "consumer" {
  source = "../../../modules/aws/queue-consumer"

  name  = "objects"
  queue = module.queue.queue
  # One file has the memory and the time of an invocation to itself.
  batch_size               = 1
  function_alias_arn       = module.function.alias.arn
  function_timeout_seconds = local.timeout_seconds
  role_id                  = module.function.role.id
  maximum_concurrency      = local.reserved_concurrency == -1 ? local.defaults.cost_controls.max_concurrent_executions : local.reserved_concurrency

  tags = local.tags
}
