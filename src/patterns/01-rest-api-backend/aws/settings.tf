# Defaults come from one file for all stacks; a variable of this stack overrides each of them.

locals {
  defaults = yamldecode(file("${path.module}/../../../../configs/serverless-defaults.yaml"))

  name    = "${var.project_name}-${var.environment}-${local.pattern}"
  pattern = "rest-api-backend"
  is_dev  = var.environment == "dev"

  runtime   = coalesce(var.runtime, local.defaults.runtime.aws)
  memory_mb = coalesce(var.memory_mb, local.defaults.default_memory_mb)
  # An HTTP API gives up after 30 seconds. The function ends a second earlier, so that a slow request is an error of
  # the function that its log explains, and not an effect whose answer nobody waits for.
  timeout_seconds = coalesce(var.timeout_seconds, min(local.defaults.default_timeout_seconds, 29))

  provisioned_concurrency = coalesce(var.provisioned_concurrency, local.defaults.cold_start_mitigation.provisioned_concurrency)
  reserved_concurrency    = coalesce(var.reserved_concurrency, local.defaults.cost_controls.reserved_concurrency)

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
    pattern     = "01-${local.pattern}"
    project     = var.project_name
  }
}
