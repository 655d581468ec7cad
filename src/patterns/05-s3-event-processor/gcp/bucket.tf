module "bucket" {
  source = "../../../modules/gcp/bucket"

  project_id          = var.project_id
  name                = local.name
  location            = var.region
  deletion_protection = !local.is_dev
  noncurrent_days     = var.noncurrent_days

  labels = local.labels

  depends_on = [google_project_service.this]
}

# Nothing here writes into the bucket, so that no file can lead to another one. Neither notifications nor filters of
# subscriptions know suffixes; the function acknowledges unread what does not end with .csv.
module "events" {
  source = "../../../modules/gcp/object-events"

  project_id  = var.project_id
  bucket_name = module.bucket.bucket.name
  topic_id    = module.notifications.topic.id
}
