module "bucket" {
  source = "../../../modules/gcp/bucket"

  project_id          = var.project_id
  name                = local.name
  location            = var.region
  deletion_protection = !local.is_dev
  expirations         = { results = { prefix = "results/", days = local.result_retention_days } }

  labels = local.labels

  depends_on = [google_project_service.this]
}
