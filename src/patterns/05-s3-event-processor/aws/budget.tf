# Counts what carries the tag `project`; the tag must be activated as a cost allocation tag in the billing console.
resource "aws_budgets_budget" "monthly" {
  count = var.budget == null ? 0 : 1

  name         = local.name
  budget_type  = "COST"
  time_unit    = "MONTHLY"
  limit_amount = tostring(var.budget.monthly_usd)
  limit_unit   = "USD"

  cost_filter {
    name   = "TagKeyValue"
    values = [format("user:project$%s", var.project_name)]
  }

  dynamic "notification" {
    for_each = { ACTUAL = 80, FORECASTED = 100 }

    content {
      notification_type          = notification.key
      comparison_operator        = "GREATER_THAN"
      threshold                  = notification.value
      threshold_type             = "PERCENTAGE"
      subscriber_email_addresses = var.budget.emails
    }
  }

  tags = local.tags
}
