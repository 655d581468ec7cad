locals {
  collection = "files"
}

# Rows, one record per uploaded version and one pointer per object to its latest version, told apart by `kind`. They are
# found by their ids, which follow from key, version and number of the row.
module "firestore" {
  source = "../../../modules/gcp/firestore"

  project_id          = var.project_id
  name                = local.name
  location            = coalesce(var.firestore_location, var.region)
  deletion_protection = !local.is_dev

  depends_on = [google_project_service.this]
}

# Firestore would index every column of every file, at a price for each, and refuse values above 1,500 bytes as index
# entries only in part.
# https://cloud.google.com/firestore/native/docs/query-data/index-overview#indexing_best_practices
resource "google_firestore_field" "values" {
  project    = var.project_id
  database   = module.firestore.database.name
  collection = local.collection
  field      = "values"

  index_config {}
}
