module "bucket" {
  source = "../../../modules/aws/bucket"

  name                = local.name
  deletion_protection = !local.is_dev
  kms_key_arn         = var.kms_key_arn
  noncurrent_days     = var.noncurrent_days

  tags = local.tags
}

# Nothing here writes into the bucket, so that no file can lead to another one. Keys must end with .csv in this case:
# what systems export as .CSV is taken by a second rule, or renamed.
module "events" {
  source = "../../../modules/aws/object-events"

  name              = "${local.name}-objects"
  bucket            = module.bucket.bucket
  suffix            = ".csv"
  queue             = module.queue.queue
  dead_letter_queue = module.queue.dead_letter_queue
  alarms            = { topic_arn = var.alarm_topic_arn }

  tags = local.tags
}
