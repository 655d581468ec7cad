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
  package_path         = "${path.module}/../../../../dist/functions/01-rest-api-backend/azure.zip"
  publish              = var.publish_package
  runtime_version      = local.runtime

  # AZURE_CLIENT_ID comes from the module, which makes the identity.
  app_settings = {
    COSMOS_DATABASE       = module.cosmos.database_name
    COSMOS_ENDPOINT       = module.cosmos.account.endpoint
    IDEMPOTENCY_CONTAINER = module.cosmos.containers["idempotency"].name
    ITEMS_CONTAINER       = module.cosmos.containers["items"].name
    LOG_LEVEL             = local.log_level
    SERVICE_NAME          = local.pattern
  }

  memory_mb              = local.memory_mb
  timeout_seconds        = local.timeout_seconds
  always_ready_instances = local.always_ready_instances
  max_concurrency        = local.max_concurrency

  application_insights = module.application_insights.component
  authorization        = var.authorization
  cors_origins         = var.cors_origins
  alerts               = { action_group_id = var.action_group_id }

  private_storage = var.private_network != null
  subnet_id       = one(module.private_network[*].function_subnet_id)

  tags = local.tags
}

module "private_network" {
  count  = var.private_network == null ? 0 : 1
  source = "../../../modules/azure/private-network"

  name           = local.name
  resource_group = azurerm_resource_group.this
  address_space  = var.private_network.address_space

  resource_ids = {
    blob   = module.function_app.storage_account_id
    cosmos = module.cosmos.account.id
  }

  tags = local.tags
}
