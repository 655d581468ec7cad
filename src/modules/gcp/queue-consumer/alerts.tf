resource "google_monitoring_alert_policy" "oldest_message_age" {
  project               = var.project_id
  display_name          = "${var.name}-oldest-message-age"
  combiner              = "OR"
  severity              = "WARNING"
  notification_channels = var.alerts.notification_channels

  conditions {
    display_name = "The function is not keeping up: its oldest message has waited too long, in seconds"

    condition_threshold {
      filter = join(" AND ", [
        "resource.type = \"pubsub_subscription\"",
        "resource.labels.subscription_id = \"${var.name}\"",
        "metric.type = \"pubsub.googleapis.com/subscription/oldest_unacked_message_age\"",
      ])
      comparison      = "COMPARISON_GT"
      threshold_value = var.alerts.oldest_message_age_seconds
      duration        = "180s"

      aggregations {
        alignment_period     = "60s"
        per_series_aligner   = "ALIGN_MAX"
        cross_series_reducer = "REDUCE_MAX"
      }
    }
  }

  user_labels = var.labels
}
