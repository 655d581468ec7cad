module "function" {
  source = "../../../modules/aws/function"

  name         = local.name
  description  = "Items API: create, read, list, replace and delete items"
  package_path = "${path.module}/../../../../dist/functions/01-rest-api-backend/aws.zip"
  handler      = "index.handler"
  runtime      = local.runtime

  environment = {
    IDEMPOTENCY_TABLE = module.idempotency_table.table.name
    ITEMS_TABLE       = module.items_table.table.name
    LOG_LEVEL         = local.log_level
    METRICS_NAMESPACE = var.project_name
    SERVICE_NAME      = local.pattern
  }

  memory_mb               = local.memory_mb
  timeout_seconds         = local.timeout_seconds
  provisioned_concurrency = local.provisioned_concurrency
  # Also a cap on cost, and it keeps a flood of requests from taking the concurrency of the account's other functions.
  reserved_concurrency = local.reserved_concurrency

  # Off in dev, where a cold start harms nobody. The event is a request for a route that does not exist, so that the
  # handler needs no special case: it answers 404.
  keep_warm = coalesce(var.keep_warm, !local.is_dev) ? {
    schedule = coalesce(var.keep_warm_schedule, local.defaults.cold_start_mitigation.keep_warm_schedule)
    event = {
      version         = "2.0"
      routeKey        = "GET /keep-warm"
      rawPath         = "/keep-warm"
      rawQueryString  = ""
      headers         = {}
      isBase64Encoded = false
      requestContext = {
        http      = { method = "GET", path = "/keep-warm" }
        requestId = "keep-warm"
        routeKey  = "GET /keep-warm"
        stage     = "$default"
      }
    }
  } : null

  log_level          = local.log_level
  log_retention_days = local.log_retention_days
  tracing            = local.tracing
  alarms             = { topic_arn = var.alarm_topic_arn }

  kms_key_arn                  = var.kms_key_arn
  network                      = one(module.private_network[*].network)
  signing_profile_version_arns = var.signing_profile_version_arns

  tags = local.tags
}

module "private_network" {
  count  = var.private_network == null ? 0 : 1
  source = "../../../modules/aws/private-network"

  name               = local.name
  availability_zones = var.private_network.availability_zones
  cidr_block         = var.private_network.cidr_block
  table_actions      = setunion(local.items_actions, local.idempotency_actions)
  table_arns         = [module.items_table.table.arn, module.idempotency_table.table.arn]

  tags = local.tags
}
