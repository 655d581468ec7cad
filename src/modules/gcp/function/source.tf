# The package of the function, and the images that are built from it. The bucket keeps no access log: it holds code
# that only the build reads, and its changes are in the audit log of the project.

resource "google_storage_bucket" "source" {
  project  = var.project_id
  name     = "${var.project_id}-${substr(sha256(var.name), 0, 8)}-source"
  location = var.region

  force_destroy               = true
  public_access_prevention    = "enforced"
  uniform_bucket_level_access = true

  versioning {
    enabled = true
  }

  # Every package has a name of its own; the ones that are no longer deployed go after a month.
  lifecycle_rule {
    action {
      type = "Delete"
    }

    condition {
      days_since_noncurrent_time = 30
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

  labels = var.labels
}

# The name carries the hash: new code is a new object, and so a new deployment.
resource "google_storage_bucket_object" "package" {
  bucket = google_storage_bucket.source.name
  name   = "${var.name}-${filesha256(var.package_path)}.zip"
  source = var.package_path
}

resource "google_artifact_registry_repository" "images" {
  project       = var.project_id
  location      = var.region
  repository_id = var.name
  description   = "Images of the function ${var.name}"
  format        = "DOCKER"

  cleanup_policies {
    id     = "keep-recent"
    action = "KEEP"

    most_recent_versions {
      keep_count = 5
    }
  }

  cleanup_policies {
    id     = "delete-old"
    action = "DELETE"

    condition {
      older_than = "2592000s"
    }
  }

  labels = var.labels
}
