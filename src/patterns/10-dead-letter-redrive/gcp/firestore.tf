locals {
  audit_collection     = "audit"
  shipments_collection = "shipments"
}

# Nothing expires: the audit keeps what was sent back, and the whole of what was parked.
module "firestore" {
  source = "../../../modules/gcp/firestore"

  project_id          = var.project_id
  name                = local.name
  location            = coalesce(var.firestore_location, var.region)
  deletion_protection = !local.is_dev

  depends_on = [google_project_service.this]
}
