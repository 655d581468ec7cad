# A log bucket with a retention of its own for what one filter selects, instead of the project's `_Default` bucket:
# the lines are stored, and paid, once.

resource "google_logging_project_bucket_config" "this" {
  project        = var.project_id
  location       = var.location
  bucket_id      = var.name
  description    = var.description
  retention_days = var.retention_days
}

resource "google_logging_project_sink" "this" {
  project                = var.project_id
  name                   = var.name
  description            = var.description
  destination            = "logging.googleapis.com/${google_logging_project_bucket_config.this.id}"
  filter                 = var.filter
  unique_writer_identity = true
}

# Takes the lines out of `_Default`.
resource "google_logging_project_exclusion" "default" {
  project     = var.project_id
  name        = var.name
  description = "Kept in the log bucket ${var.name}"
  filter      = var.filter

  depends_on = [google_logging_project_sink.this]
}
