module "orders" {
  source = "../../../modules/gcp/topic"

  project_id                 = var.project_id
  name                       = local.name
  dead_letter_retention_days = local.dead_letter_retention_days
  alerts                     = { notification_channels = var.notification_channels }

  labels = local.labels

  depends_on = [google_project_service.this]
}

module "consumer" {
  source = "../../../modules/gcp/queue-consumer"

  project_id           = var.project_id
  name                 = local.name
  topic_id             = module.orders.topic.id
  dead_letter_topic_id = module.orders.dead_letter_topic.id
  retention_days       = local.queue_retention_days
  max_deliveries       = var.max_deliveries
  alerts               = { notification_channels = var.notification_channels }

  function = {
    name            = module.worker.function.name
    region          = var.region
    timeout_seconds = local.timeout_seconds
    url             = module.worker.url
  }

  labels = local.labels
}
