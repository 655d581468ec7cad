module "orders_table" {
  source = "../../../modules/aws/table"

  name                = "${local.name}-orders"
  ttl_attribute       = "expiresAt"
  deletion_protection = !local.is_dev
  operations          = ["GetItem", "PutItem"]
  max_request_units   = var.max_request_units
  kms_key_arn         = var.kms_key_arn
  alarms              = { topic_arn = var.alarm_topic_arn }

  tags = local.tags
}
