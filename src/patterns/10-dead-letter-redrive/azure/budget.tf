resource "azurerm_consumption_budget_resource_group" "monthly" {
  count = var.budget == null ? 0 : 1

  name              = local.name
  resource_group_id = azurerm_resource_group.this.id
  amount            = var.budget.monthly_amount
  time_grain        = "Monthly"

  time_period {
    start_date = var.budget.start_date
  }

  notification {
    operator       = "GreaterThan"
    threshold      = 80
    threshold_type = "Actual"
    contact_emails = var.budget.emails
  }

  notification {
    operator       = "GreaterThan"
    threshold      = 100
    threshold_type = "Forecasted"
    contact_emails = var.budget.emails
  }
}
