# Defaults come from one file for all stacks; a variable of this stack overrides each of them.

locals {
  defaults = yamldecode(file("${path.module}/../../../../configs/serverless-defaults.yaml"))

  name    = "${var.project_name}-${var.environment}-${local.pattern}"
  pattern = "dead-letter-redrive"
  is_dev  = var.environment == "dev"

  runtime         = coalesce(var.runtime, local.defaults.runtime.gcp)
  memory_mb       = coalesce(var.memory_mb, local.defaults.default_memory_mb)
  timeout_seconds = coalesce(var.timeout_seconds, local.defaults.default_timeout_seconds)
  max_concurrency = coalesce(var.max_concurrency, local.defaults.cost_controls.max_concurrent_executions)

  queue_retention_days       = coalesce(var.queue_retention_days, 4)
  dead_letter_retention_days = coalesce(var.dead_letter_retention_days, local.defaults.error_handling.dlq_retention_days)
  # How long before a dead letter is lost somebody is told.
  dead_letter_warning_days = 3

  log_level          = coalesce(var.log_level, local.defaults.observability.log_level)
  log_retention_days = coalesce(var.log_retention_days, local.defaults.observability.log_retention_days)

  labels = {
    environment = var.environment
    managed-by  = "terraform"
    pattern     = "10-${local.pattern}"
    project     = var.project_name
  }
}
