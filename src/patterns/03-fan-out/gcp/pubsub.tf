module "orders" {
  source = "../../../modules/gcp/topic"

  project_id                 = var.project_id
  name                       = local.name
  dead_letter_retention_days = null

  labels = local.labels

  depends_on = [google_project_service.this]
}

module "dead_letters" {
  for_each = local.branches
  source   = "../../../modules/gcp/dead-letters"

  project_id     = var.project_id
  name           = "${local.name}-${each.key}"
  retention_days = local.dead_letter_retention_days
  alerts         = { notification_channels = var.notification_channels }

  labels = local.labels

  depends_on = [google_project_service.this]
}

module "consumer" {
  for_each = local.branches
  source   = "../../../modules/gcp/queue-consumer"

  project_id           = var.project_id
  name                 = "${local.name}-${each.key}"
  topic_id             = module.orders.topic.id
  filter               = each.value.filter
  dead_letter_topic_id = module.dead_letters[each.key].topic.id
  retention_days       = local.queue_retention_days
  max_deliveries       = var.max_deliveries

  # A branch whose messages wait longer than the deadline makes orders incomplete.
  alerts = {
    notification_channels      = var.notification_channels
    oldest_message_age_seconds = var.deadline_seconds
  }

  function = {
    name            = module.branch[each.key].function.name
    region          = var.region
    timeout_seconds = local.timeout_seconds
    url             = module.branch[each.key].url
  }

  labels = local.labels
}

module "completed" {
  source = "../../../modules/gcp/topic"

  project_id                 = var.project_id
  name                       = "${local.name}-completed"
  dead_letter_retention_days = null

  labels = local.labels

  depends_on = [google_project_service.this]
}

# Where whoever goes on with a completed order finds it.
resource "google_pubsub_subscription" "completed" {
  project = var.project_id
  name    = "${local.name}-completed-queue"
  topic   = module.completed.topic.id

  ack_deadline_seconds       = 60
  message_retention_duration = "${local.queue_retention_days * 86400}s"

  # Stays although nobody reads it for a month.
  expiration_policy {
    ttl = ""
  }

  labels = local.labels
}
