output "notification" {
  description = "What the bucket tells the topic of."
  value       = google_storage_notification.this
}

output "publisher" {
  description = "The grant with which Cloud Storage publishes."
  value       = google_pubsub_topic_iam_member.publisher
}
