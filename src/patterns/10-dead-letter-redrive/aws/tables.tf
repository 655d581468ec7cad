module "orders_table" {
  source = "../../../modules/aws/table"

  name                = "${local.name}-orders"
  deletion_protection = !local.is_dev
  operations          = ["PutItem"]
  kms_key_arn         = var.kms_key_arn
  alarms              = { topic_arn = var.alarm_topic_arn }

  tags = local.tags
}

# Who has sent which dead letter back, when, and what was changed in it. Nothing deletes these lines.
module "audit_table" {
  source = "../../../modules/aws/table"

  name                = "${local.name}-audit"
  deletion_protection = !local.is_dev
  operations          = ["PutItem"]
  kms_key_arn         = var.kms_key_arn
  alarms              = { topic_arn = var.alarm_topic_arn }

  tags = local.tags
}
