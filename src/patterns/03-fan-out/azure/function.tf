module "application_insights" {
  source = "../../../modules/azure/application-insights"

  name           = local.name
  resource_group = azurerm_resource_group.this
  daily_quota_gb = local.log_daily_quota_gb
  retention_days = local.log_retention_days

  tags = local.tags
}

# One app for the API and all branches: Flex Consumption scales each function with a queue trigger for itself, on
# instances of its own, so that a branch that is slow or broken takes nothing from the others.
# https://learn.microsoft.com/azure/azure-functions/flex-consumption-plan#per-function-scaling
module "function_app" {
  source = "../../../modules/azure/function-app"

  name                 = local.name
  app_name             = "${local.name}-${local.suffix}"
  storage_account_name = "st${substr(sha256(local.suffix), 0, 16)}"
  resource_group       = azurerm_resource_group.this
  package_path         = "${path.module}/../../../../dist/functions/03-fan-out/azure.zip"
  publish              = var.publish_package
  runtime_version      = local.runtime

  # AZURE_CLIENT_ID comes from the module, which makes the identity.
  app_settings = {
    COMPLETED_QUEUE                = module.service_bus.queues[local.completed_queue].name
    COSMOS_DATABASE                = module.cosmos.database_name
    COSMOS_ENDPOINT                = module.cosmos.account.endpoint
    DEADLINE_SECONDS               = var.deadline_seconds
    INVENTORY_DEAD_LETTER_QUEUE    = module.service_bus.dead_letter_names["${local.orders_topic}/inventory"]
    INVOICE_DEAD_LETTER_QUEUE      = module.service_bus.dead_letter_names["${local.orders_topic}/invoice"]
    LOG_LEVEL                      = local.log_level
    MAX_DELIVERIES                 = var.max_deliveries
    NOTIFICATION_DEAD_LETTER_QUEUE = module.service_bus.dead_letter_names["${local.orders_topic}/notification"]
    ORDERS_CONTAINER               = module.cosmos.containers[local.orders_container].name
    ORDERS_TOPIC                   = module.service_bus.topics[local.orders_topic].name
    RECORD_RETENTION_DAYS          = local.record_retention_days
    SERVICE_NAME                   = local.pattern
  }

  connections = {
    SERVICE_BUS = { fullyQualifiedNamespace = module.service_bus.host_name }
  }

  memory_mb       = local.memory_mb
  timeout_seconds = local.timeout_seconds
  max_concurrency = local.max_concurrency

  application_insights = module.application_insights.component
  authorization        = var.authorization
  cors_origins         = var.cors_origins
  alerts               = { action_group_id = var.action_group_id, failure_count = 10 }

  tags = local.tags
}
