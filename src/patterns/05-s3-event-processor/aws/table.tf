# Rows, one record per uploaded version and one pointer per object to its latest version, told apart by `kind`. They are
# found by their ids, which follow from key, version and number of the row.
module "table" {
  source = "../../../modules/aws/table"

  name                = local.name
  deletion_protection = !local.is_dev
  operations          = ["BatchWriteItem", "GetItem", "PutItem"]
  max_request_units   = var.max_request_units
  kms_key_arn         = var.kms_key_arn
  alarms              = { topic_arn = var.alarm_topic_arn }

  tags = local.tags
}
