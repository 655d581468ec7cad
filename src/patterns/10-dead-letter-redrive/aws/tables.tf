module "shipments_table" {
  source = "../../../modules/aws/table"

  name                = "${local.name}-shipments"
  deletion_protection = !local.is_dev
  operations          = ["GetItem", "PutItem"]
  max_request_units   = var.max_request_units
  kms_key_arn         = var.kms_key_arn
  alarms              = { topic_arn = var.alarm_topic_arn }

  tags = local.tags
}

# A record for each message that was sent back, and the whole of those that were parked. Nothing expires here.
module "audit_table" {
  source = "../../../modules/aws/table"

  name                = "${local.name}-audit"
  deletion_protection = !local.is_dev
  operations          = ["PutItem"]
  max_request_units   = var.max_request_units
  kms_key_arn         = var.kms_key_arn
  alarms              = { topic_arn = var.alarm_topic_arn }

  tags = local.tags
}
