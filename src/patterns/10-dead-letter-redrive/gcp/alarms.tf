# Pub/Sub deletes a dead letter when its time is over, and nobody is told.
resource "google_monitoring_alert_policy" "dead_letter_age" {
  project               = var.project_id
  display_name          = "${local.name}-dead-letter-age"
  combiner              = "OR"
  severity              = "ERROR"
  notification_channels = var.notification_channels

  conditions {
    display_name = "The oldest dead letter is lost in less than ${local.dead_letter_warning_days} days: triage and redrive"

    condition_threshold {
      filter = join(" AND ", [
        "resource.type = \"pubsub_subscription\"",
        "resource.labels.subscription_id = \"${module.orders.dead_letter_subscription.name}\"",
        "metric.type = \"pubsub.googleapis.com/subscription/oldest_unacked_message_age\"",
      ])
      comparison      = "COMPARISON_GT"
      threshold_value = (local.dead_letter_retention_days - local.dead_letter_warning_days) * 86400
      duration        = "0s"

      aggregations {
        alignment_period     = "60s"
        per_series_aligner   = "ALIGN_MAX"
        cross_series_reducer = "REDUCE_MAX"
      }
    }
  }

  user_labels = local.labels

  lifecycle {
    precondition {
      condition     = local.dead_letter_retention_days > local.dead_letter_warning_days
      error_message = "dead_letter_retention_days must be longer than the ${local.dead_letter_warning_days} days of warning."
    }
  }
}
