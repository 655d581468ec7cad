locals {
  service_filter = join(" AND ", [
    "resource.type = \"cloud_run_revision\"",
    "resource.labels.service_name = \"${var.name}\"",
    "resource.labels.location = \"${var.region}\"",
  ])
}

resource "google_monitoring_alert_policy" "server_errors" {
  project               = var.project_id
  display_name          = "${var.name}-5xx"
  combiner              = "OR"
  severity              = "ERROR"
  notification_channels = var.alerts.notification_channels

  conditions {
    display_name = "Share of the requests that were answered with a server error"

    condition_threshold {
      filter             = "${local.service_filter} AND metric.type = \"run.googleapis.com/request_count\" AND metric.labels.response_code_class = \"5xx\""
      denominator_filter = "${local.service_filter} AND metric.type = \"run.googleapis.com/request_count\""
      comparison         = "COMPARISON_GT"
      threshold_value    = var.alerts.server_error_ratio
      duration           = "180s"

      aggregations {
        alignment_period     = "60s"
        per_series_aligner   = "ALIGN_DELTA"
        cross_series_reducer = "REDUCE_SUM"
      }

      denominator_aggregations {
        alignment_period     = "60s"
        per_series_aligner   = "ALIGN_DELTA"
        cross_series_reducer = "REDUCE_SUM"
      }
    }
  }

  user_labels = var.labels
}

resource "google_monitoring_alert_policy" "latency" {
  project               = var.project_id
  display_name          = "${var.name}-latency-p99"
  combiner              = "OR"
  severity              = "WARNING"
  notification_channels = var.alerts.notification_channels

  conditions {
    display_name = "The slowest percent of the requests, in milliseconds"

    condition_threshold {
      filter          = "${local.service_filter} AND metric.type = \"run.googleapis.com/request_latencies\""
      comparison      = "COMPARISON_GT"
      threshold_value = var.alerts.latency_p99_ms
      duration        = "180s"

      aggregations {
        alignment_period     = "60s"
        per_series_aligner   = "ALIGN_DELTA"
        cross_series_reducer = "REDUCE_PERCENTILE_99"
      }
    }
  }

  user_labels = var.labels
}

resource "google_monitoring_alert_policy" "instances" {
  project               = var.project_id
  display_name          = "${var.name}-instances"
  combiner              = "OR"
  severity              = "WARNING"
  notification_channels = var.alerts.notification_channels

  conditions {
    display_name = "Nearly as many instances as allowed: further requests will be refused with 429"

    condition_threshold {
      filter          = "${local.service_filter} AND metric.type = \"run.googleapis.com/container/instance_count\""
      comparison      = "COMPARISON_GT"
      threshold_value = local.max_instances * var.alerts.instance_ratio
      duration        = "180s"

      aggregations {
        alignment_period     = "60s"
        per_series_aligner   = "ALIGN_MAX"
        cross_series_reducer = "REDUCE_SUM"
      }
    }
  }

  user_labels = var.labels
}
