output "bucket" {
  description = "The log bucket."
  value       = google_logging_project_bucket_config.this
}

output "sink" {
  description = "What fills the bucket."
  value       = google_logging_project_sink.this
}
