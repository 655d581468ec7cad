module "accounts_table" {
  source = "../../../modules/aws/table"

  name                = "${local.name}-accounts"
  deletion_protection = !local.is_dev
  operations          = ["TransactWriteItems"]
  max_request_units   = var.max_request_units
  kms_key_arn         = var.kms_key_arn
  alarms              = { topic_arn = var.alarm_topic_arn }

  tags = local.tags
}

# The inbox. Restoring the accounts to a moment means restoring the marks to the same moment, or messages that come again
# after it would be taken for duplicates.
module "inbox_table" {
  source = "../../../modules/aws/table"

  name                = "${local.name}-inbox"
  ttl_attribute       = "expiresAt"
  deletion_protection = !local.is_dev
  operations          = ["TransactWriteItems"]
  max_request_units   = var.max_request_units
  kms_key_arn         = var.kms_key_arn
  alarms              = { topic_arn = var.alarm_topic_arn }

  tags = local.tags
}
