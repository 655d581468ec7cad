# Defaults come from one file for all stacks; a variable of this stack overrides each of them.

locals {
  defaults = yamldecode(file("${path.module}/../../../../configs/serverless-defaults.yaml"))

  name    = "${var.project_name}-${var.environment}-${local.pattern}"
  pattern = "fan-out"
  is_dev  = var.environment == "dev"

  # Who gets a copy of which events: attributes of the message that the branch asks for. `concerns` in branches.ts says
  # the same to the code that waits for the results.
  branches = {
    inventory    = { filter = { delivery = ["shipping"] } }
    invoice      = { filter = { payment = ["invoice"] } }
    notification = { filter = {} }
  }

  runtime   = coalesce(var.runtime, local.defaults.runtime.aws)
  memory_mb = coalesce(var.memory_mb, local.defaults.default_memory_mb)
  # An HTTP API gives up after 30 seconds. The function ends a second earlier, so that a slow request is an error of
  # the function that its log explains, and not an effect whose answer nobody waits for.
  timeout_seconds = coalesce(var.timeout_seconds, min(local.defaults.default_timeout_seconds, 29))

  reserved_concurrency = coalesce(var.reserved_concurrency, local.defaults.cost_controls.reserved_concurrency)

  queue_retention_days       = coalesce(var.queue_retention_days, 4)
  dead_letter_retention_days = coalesce(var.dead_letter_retention_days, local.defaults.error_handling.dlq_retention_days)
  # A record outlives every copy of its event: in the queues, among the dead letters, in the queues again after a
  # redrive, and a day for clocks and late senders.
  record_retention_days = 2 * local.queue_retention_days + local.dead_letter_retention_days + 1

  log_level          = coalesce(var.log_level, local.defaults.observability.log_level)
  log_retention_days = coalesce(var.log_retention_days, local.defaults.observability.log_retention_days)
  tracing            = coalesce(var.tracing, local.defaults.observability.tracing)

  throttle = {
    burst_requests      = coalesce(var.throttle.burst_requests, local.defaults.cost_controls.api_burst_requests)
    requests_per_second = coalesce(var.throttle.requests_per_second, local.defaults.cost_controls.api_requests_per_second)
  }

  tags = {
    environment = var.environment
    managed-by  = "terraform"
    pattern     = "03-${local.pattern}"
    project     = var.project_name
  }
}
