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
  package_path         = "${path.module}/../../../../dist/functions/02-async-processor/azure.zip"
  publish              = var.publish_package
  runtime_version      = local.runtime

  # AZURE_CLIENT_ID comes from the module, which makes the identity.
  app_settings = {
    BLOB_ENDPOINT     = module.results.account.blob_endpoint
    DEAD_LETTER_QUEUE = module.service_bus.dead_letter_names[local.jobs_queue]
    JOBS_QUEUE        = module.service_bus.queues[local.jobs_queue].name
    LOG_LEVEL         = local.log_level
    MAX_DELIVERIES    = var.max_deliveries
    RESULTS_CONTAINER = module.results.container.name
    SERVICE_NAME      = local.pattern
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
