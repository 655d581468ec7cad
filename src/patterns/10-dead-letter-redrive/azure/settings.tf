# Defaults come from one file for all stacks; a variable of this stack overrides each of them.

data "azurerm_client_config" "current" {}

locals {
  defaults = yamldecode(file("${path.module}/../../../../configs/serverless-defaults.yaml"))

  name    = "${var.project_name}-${var.environment}-${local.pattern}"
  pattern = "dead-letter-redrive"
  is_dev  = var.environment == "dev"

  # Some names are host names and must differ from everybody else's.
  suffix = substr(sha256("${data.azurerm_client_config.current.subscription_id}/${local.name}"), 0, 8)

  runtime         = coalesce(var.runtime, local.defaults.runtime.azure)
  memory_mb       = coalesce(var.memory_mb, local.defaults.default_memory_mb)
  timeout_seconds = coalesce(var.timeout_seconds, local.defaults.default_timeout_seconds)
  max_concurrency = coalesce(var.max_concurrency, local.defaults.cost_controls.max_concurrent_executions)

  queue_retention_days       = coalesce(var.queue_retention_days, 4)
  dead_letter_retention_days = coalesce(var.dead_letter_retention_days, local.defaults.error_handling.dlq_retention_days)

  log_daily_quota_gb = coalesce(var.log_daily_quota_gb, local.defaults.cost_controls.log_daily_quota_gb)
  log_level          = coalesce(var.log_level, local.defaults.observability.log_level)
  log_retention_days = coalesce(var.log_retention_days, local.defaults.observability.log_retention_days)

  tags = {
    environment = var.environment
    managed-by  = "terraform"
    pattern     = "10-${local.pattern}"
    project     = var.project_name
  }
}

resource "azurerm_resource_group" "this" {
  name     = local.name
  location = var.location

  tags = local.tags
}
