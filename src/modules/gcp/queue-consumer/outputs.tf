output "alerts" {
  description = "The alert policies of the subscription, by what they watch."
  value       = { oldest_message_age = google_monitoring_alert_policy.oldest_message_age }
}

output "identity" {
  description = "The service account that the subscription calls the function as."
  value       = google_service_account.push
}

output "subscription" {
  description = "The push subscription."
  value       = google_pubsub_subscription.this
}
