resource "google_billing_budget" "monthly" {
  count = var.budget == null ? 0 : 1

  billing_account = var.budget.billing_account
  display_name    = local.name

  budget_filter {
    projects = ["projects/${var.project_id}"]
    labels   = { project = var.project_name }
  }

  amount {
    specified_amount {
      units = tostring(var.budget.monthly_amount)
    }
  }

  threshold_rules {
    threshold_percent = 0.8
    spend_basis       = "CURRENT_SPEND"
  }

  threshold_rules {
    threshold_percent = 1
    spend_basis       = "FORECASTED_SPEND"
  }

  dynamic "all_updates_rule" {
    for_each = length(var.notification_channels) == 0 ? [] : [var.notification_channels]

    content {
      monitoring_notification_channels = all_updates_rule.value
    }
  }
}
