# Defaults come from one file for all stacks; a variable of this stack overrides each of them.

locals {
  defaults = yamldecode(file("${path.module}/../../../../configs/serverless-defaults.yaml"))

  name    = "${var.project_name}-${var.environment}-${local.pattern}"
  pattern = "fan-out"
  is_dev  = var.environment == "dev"

  # Who gets a copy of which events: attributes of the message that the branch asks for. `concerns` in branches.ts says
  # the same to the code that waits for the results.
  branches = {
    inventory    = { filter = "attributes.delivery = \"shipping\"" }
    invoice      = { filter = "attributes.payment = \"invoice\"" }
    notification = { filter = null }
  }

  runtime         = coalesce(var.runtime, local.defaults.runtime.gcp)
  memory_mb       = coalesce(var.memory_mb, local.defaults.default_memory_mb)
  timeout_seconds = coalesce(var.timeout_seconds, local.defaults.default_timeout_seconds)
  max_concurrency = coalesce(var.max_concurrency, local.defaults.cost_controls.max_concurrent_executions)

  queue_retention_days       = coalesce(var.queue_retention_days, 4)
  dead_letter_retention_days = coalesce(var.dead_letter_retention_days, local.defaults.error_handling.dlq_retention_days)
  # A record outlives every copy of its event: in the subscriptions, among the dead letters, in the subscriptions again
  # after a redrive, and a day for clocks and late senders.
  record_retention_days = 2 * local.queue_retention_days + local.dead_letter_retention_days + 1

  log_level          = coalesce(var.log_level, local.defaults.observability.log_level)
  log_retention_days = coalesce(var.log_retention_days, local.defaults.observability.log_retention_days)

  labels = {
    environment = var.environment
    managed-by  = "terraform"
    pattern     = "03-${local.pattern}"
    project     = var.project_name
  }
}
