module "topic" {
  source = "../../../modules/aws/topic"

  name                       = local.name
  retention_days             = local.queue_retention_days
  dead_letter_retention_days = local.dead_letter_retention_days

  subscribers = {
    for name, branch in local.branches : name => {
      filter       = branch.filter
      max_receives = var.max_receives
      # A message must stay hidden for as long as Lambda may try to get it processed.
      visibility_timeout_seconds = 6 * local.timeout_seconds
    }
  }

  kms_key_arn = var.kms_key_arn
  # A branch whose messages wait longer than the deadline makes orders incomplete.
  alarms = { oldest_message_age_seconds = var.deadline_seconds, topic_arn = var.alarm_topic_arn }

  tags = local.tags
}

# Where whoever goes on with a completed order finds it.
module "completed" {
  source = "../../../modules/aws/queue"

  name                       = "${local.name}-completed"
  retention_days             = local.queue_retention_days
  dead_letter_retention_days = local.dead_letter_retention_days
  max_receives               = var.max_receives
  visibility_timeout_seconds = 6 * local.timeout_seconds
  kms_key_arn                = var.kms_key_arn
  alarms                     = { topic_arn = var.alarm_topic_arn }

  tags = local.tags
}
