output "bucket" {
  description = "The bucket."
  value       = google_storage_bucket.this
}
