output "alerts" {
  description = "The alert policies of the dead letters, by what they watch."
  value       = try(module.dead_letters[0].alerts, {})
}

output "dead_letter_subscription" {
  description = "The subscription that keeps the dead letters, or null."
  value       = one(module.dead_letters[*].subscription)
}

output "dead_letter_topic" {
  description = "The topic of the dead letters: for the dead-letter policy of subscriptions, and for functions that publish to it; or null."
  value       = one(module.dead_letters[*].topic)
}

output "forwarding" {
  description = "The grant with which Pub/Sub forwards dead letters, or null."
  value       = one(module.dead_letters[*].forwarding)
}

output "topic" {
  description = "The topic."
  value       = google_pubsub_topic.this
}
