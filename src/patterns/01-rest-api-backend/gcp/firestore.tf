locals {
  idempotency_collection = "idempotency"
  items_collection       = "items"
}

module "firestore" {
  source = "../../../modules/gcp/firestore"

  project_id          = var.project_id
  name                = local.name
  location            = coalesce(var.firestore_location, var.region)
  deletion_protection = !local.is_dev
  ttl_fields          = { (local.idempotency_collection) = "expiresAt" }

  depends_on = [google_project_service.this]
}
