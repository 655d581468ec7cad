output "database" {
  description = "The database."
  value       = google_firestore_database.this
}

output "ttl_fields" {
  description = "The TTL policies, by collection."
  value       = google_firestore_field.ttl
}
