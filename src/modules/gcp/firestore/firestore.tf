# A Firestore database in native mode.

resource "google_firestore_database" "this" {
  project     = var.project_id
  name        = var.name
  location_id = var.location
  type        = "FIRESTORE_NATIVE"

  # Restore to any minute of the last seven days.
  point_in_time_recovery_enablement = "POINT_IN_TIME_RECOVERY_ENABLED"
  delete_protection_state           = var.deletion_protection ? "DELETE_PROTECTION_ENABLED" : "DELETE_PROTECTION_DISABLED"
  # Otherwise `terraform destroy` would leave the database behind.
  deletion_policy = "DELETE"

  # Google encrypts the database with its own key otherwise.
  dynamic "cmek_config" {
    for_each = var.kms_key_name == null ? [] : [var.kms_key_name]

    content {
      kms_key_name = cmek_config.value
    }
  }
}

# Firestore removes a document some time after the moment in this field. The field has no index: ever growing values
# in an index would limit the writes to 500 per second.
# https://cloud.google.com/firestore/native/docs/ttl
resource "google_firestore_field" "ttl" {
  for_each = var.ttl_fields

  project    = var.project_id
  database   = google_firestore_database.this.name
  collection = each.key
  field      = each.value

  ttl_config {}

  index_config {}
}
