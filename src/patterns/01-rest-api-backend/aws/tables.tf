module "items_table" {
  source = "../../../modules/aws/table"

  name                = "${local.name}-items"
  deletion_protection = !local.is_dev
  operations          = [for action in local.items_actions : split(":", action)[1]]
  max_request_units   = var.max_request_units
  kms_key_arn         = var.kms_key_arn
  alarms              = { topic_arn = var.alarm_topic_arn }

  tags = local.tags
}

module "idempotency_table" {
  source = "../../../modules/aws/table"

  name                = "${local.name}-idempotency"
  ttl_attribute       = "expiresAt"
  deletion_protection = !local.is_dev
  # Off: a record lives for hours, and restoring it would make old requests look as if they were still in progress.
  point_in_time_recovery = false
  operations             = [for action in local.idempotency_actions : split(":", action)[1]]
  max_request_units      = var.max_request_units
  kms_key_arn            = var.kms_key_arn
  alarms                 = { topic_arn = var.alarm_topic_arn }

  tags = local.tags
}
