output "alerts" {
  description = "The alert policies of the dead letters, by what they watch."
  value       = { dead_letters = google_monitoring_alert_policy.dead_letters }
}

output "forwarding" {
  description = "The grant with which Pub/Sub forwards dead letters."
  value       = google_pubsub_topic_iam_member.forwarding
}

output "subscription" {
  description = "The subscription that keeps the dead letters."
  value       = google_pubsub_subscription.this
}

output "topic" {
  description = "The topic of the dead letters: for the dead-letter policy of subscriptions, and for functions that publish to it."
  value       = google_pubsub_topic.this
}
