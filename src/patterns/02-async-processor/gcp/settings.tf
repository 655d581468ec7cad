# Defaults come from one file for all stacks; a variable of this stack overrides each of them.

locals {
  defaults = yamldecode(file("${path.module}/../../../../configs/serverless-defaults.yaml"))

  name    = "${var.project_name}-${var.environment}-${local.pattern}"
  pattern = "async-processor"
  is_dev  = var.environment == "dev"

  runtime         = coalesce(var.runtime, local.defaults.runtime.gcp)
  memory_mb       = coalesce(var.memory_mb, local.defaults.default_memory_mb)
  timeout_seconds = coalesce(var.timeout_seconds, local.defaults.default_timeout_seconds)

  max_concurrency    = coalesce(var.max_concurrency, local.defaults.cost_controls.max_concurrent_executions)
  worker_concurrency = coalesce(var.worker_concurrency, local.defaults.cost_controls.reserved_concurrency)

  queue_retention_days       = coalesce(var.queue_retention_days, 4)
  dead_letter_retention_days = coalesce(var.dead_letter_retention_days, local.defaults.error_handling.dlq_retention_days)
  # A result is what makes a late copy of its job harmless, so it outlives every copy: in the subscription, among the
  # dead letters, in the subscription again after a redrive, and a day for clocks and late senders.
  least_result_days     = 2 * local.queue_retention_days + local.dead_letter_retention_days + 1
  result_retention_days = coalesce(var.result_retention_days, max(90, local.least_result_days))

  log_level          = coalesce(var.log_level, local.defaults.observability.log_level)
  log_retention_days = coalesce(var.log_retention_days, local.defaults.observability.log_retention_days)

  labels = {
    environment = var.environment
    managed-by  = "terraform"
    pattern     = "02-${local.pattern}"
    project     = var.project_name
  }
}
