module "application_insights" {
  source = "../../../modules/azure/application-insights"

  name           = local.name
  resource_group = azurerm_resource_group.this
  daily_quota_gb = local.log_daily_quota_gb
  retention_days = local.log_retention_days

  tags = local.tags
}

module "function_app" {
  source = "../../../modules/azure/function-app"

  name                 = local.name
  app_name             = "${local.name}-${local.suffix}"
  storage_account_name = "st${substr(sha256(local.suffix), 0, 16)}"
  resource_group       = azurerm_resource_group.this
  package_path         = "${path.module}/../../../../dist/functions/10-dead-letter-redrive/azure.zip"
  publish              = var.publish_package
  runtime_version      = local.runtime

  # AZURE_CLIENT_ID comes from the module, which makes the identity.
  app_settings = {
    AUDIT_CONTAINER            = module.cosmos.containers["audit"].name
    CALLERS_SIGN_IN            = var.authorization.type == "JWT"
    COSMOS_DATABASE            = module.cosmos.database_name
    COSMOS_ENDPOINT            = module.cosmos.account.endpoint
    DEAD_LETTER_QUEUE          = module.service_bus.dead_letter_names[local.orders_queue]
    DEAD_LETTER_RETENTION_DAYS = local.dead_letter_retention_days
    LOG_LEVEL                  = local.log_level
    MAX_DELIVERIES             = var.max_deliveries
    MAX_RATE_PER_SECOND        = var.max_redrives_per_second
    MAX_REDRIVES               = var.max_redrives
    ORDERS_QUEUE               = module.service_bus.queues[local.orders_queue].name
    SERVICE_NAME               = local.pattern
    SHIPMENTS_CONTAINER        = module.cosmos.containers["shipments"].name
    SKUS                       = join(",", sort(tolist(var.skus)))
    TIMEOUT_SECONDS            = local.timeout_seconds
  }

  connections = {
    SERVICE_BUS = { fullyQualifiedNamespace = module.service_bus.host_name }
  }

  memory_mb       = local.memory_mb
  timeout_seconds = local.timeout_seconds
  max_concurrency = local.max_concurrency

  application_insights = module.application_insights.component
  authorization        = var.authorization
  # A redrive takes as long as its rate makes it take.
  alerts = { action_group_id = var.action_group_id, failure_count = 10, latency_average_ms = 29000 }

  tags = local.tags
}
