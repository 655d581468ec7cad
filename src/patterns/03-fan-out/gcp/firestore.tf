locals {
  orders_collection = "orders"
}

module "firestore" {
  source = "../../../modules/gcp/firestore"

  project_id          = var.project_id
  name                = local.name
  location            = coalesce(var.firestore_location, var.region)
  deletion_protection = !local.is_dev
  ttl_fields          = { (local.orders_collection) = "expiresAt" }

  depends_on = [google_project_service.this]
}
