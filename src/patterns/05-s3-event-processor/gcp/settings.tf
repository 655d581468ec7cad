# Defaults come from one file for all stacks; a variable of this stack overrides each of them.

locals {
  defaults = yamldecode(file("${path.module}/../../../../configs/serverless-defaults.yaml"))

  name    = "${var.project_name}-${var.environment}-${local.pattern}"
  pattern = "s3-event-processor"
  is_dev  = var.environment == "dev"

  runtime         = coalesce(var.runtime, local.defaults.runtime.gcp)
  memory_mb       = var.memory_mb
  timeout_seconds = var.timeout_seconds
  max_concurrency = coalesce(var.max_concurrency, local.defaults.cost_controls.max_concurrent_executions)

  queue_retention_days       = coalesce(var.queue_retention_days, 4)
  dead_letter_retention_days = coalesce(var.dead_letter_retention_days, local.defaults.error_handling.dlq_retention_days)

  log_level          = coalesce(var.log_level, local.defaults.observability.log_level)
  log_retention_days = coalesce(var.log_retention_days, local.defaults.observability.log_retention_days)

  labels = {
    environment = var.environment
    managed-by  = "terraform"
    pattern     = "05-${local.pattern}"
    project     = var.project_name
  }
}
