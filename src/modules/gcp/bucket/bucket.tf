# A private Cloud Storage bucket: versioned, with access by IAM alone. Old versions, and uploads that nobody finished, go
# by themselves. No usage log: who reads and writes here is in the audit log of the project.

locals {
  # Names of buckets are the whole world's.
  unique = substr(sha256("${var.project_id}/${var.name}"), 0, 8)
}

resource "google_storage_bucket" "this" {
  project  = var.project_id
  name     = "${var.name}-${local.unique}"
  location = var.location

  force_destroy               = !var.deletion_protection
  public_access_prevention    = "enforced"
  uniform_bucket_level_access = true

  versioning {
    enabled = true
  }

  # Versions are what brings an object back; keeping what they have let go a second time would be paid twice.
  soft_delete_policy {
    retention_duration_seconds = 0
  }

  # Google encrypts with its own key otherwise. The project's storage service agent must be allowed to use the key.
  dynamic "encryption" {
    for_each = var.kms_key_name == null ? [] : [var.kms_key_name]

    content {
      default_kms_key_name = encryption.value
    }
  }

  lifecycle_rule {
    action {
      type = "AbortIncompleteMultipartUpload"
    }

    condition {
      age = 1
    }
  }

  lifecycle_rule {
    action {
      type = "Delete"
    }

    condition {
      days_since_noncurrent_time = var.noncurrent_days
    }
  }

  dynamic "lifecycle_rule" {
    for_each = var.expirations

    content {
      action {
        type = "Delete"
      }

      condition {
        age            = lifecycle_rule.value.days
        matches_prefix = [lifecycle_rule.value.prefix]
        with_state     = "LIVE"
      }
    }
  }

  labels = var.labels
}
