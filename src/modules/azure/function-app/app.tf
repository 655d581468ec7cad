# A function app on the Flex Consumption plan that reaches everything with one user-assigned identity: no keys.

locals {
  # Flex Consumption has three sizes. Requests that one instance takes at once are the platform's defaults for each.
  # https://learn.microsoft.com/azure/azure-functions/functions-concurrency#http-trigger-concurrency
  http_concurrency_by_memory_mb = { 512 = 4, 2048 = 16, 4096 = 32 }

  # The smallest size that holds what the stack asks for.
  memory_mb        = [for size in [512, 2048, 4096] : size if size >= var.memory_mb][0]
  http_concurrency = coalesce(var.http_concurrency, local.http_concurrency_by_memory_mb[local.memory_mb])
}

# What triggers and bindings connect with: names of services, and the app's identity instead of keys.
# https://learn.microsoft.com/azure/azure-functions/functions-reference#configure-an-identity-based-connection
locals {
  connection_settings = merge([
    for name, settings in var.connections : merge(
      { for setting, value in settings : "${name}__${setting}" => value },
      {
        "${name}__clientId"   = azurerm_user_assigned_identity.this.client_id
        "${name}__credential" = "managedidentity"
      },
    )
  ]...)
}

resource "azurerm_service_plan" "this" {
  name                = var.name
  resource_group_name = var.resource_group.name
  location            = var.resource_group.location
  os_type             = "Linux"
  sku_name            = "FC1"

  tags = var.tags
}

resource "azurerm_function_app_flex_consumption" "this" {
  name                = var.app_name
  resource_group_name = var.resource_group.name
  location            = var.resource_group.location
  service_plan_id     = azurerm_service_plan.this.id

  runtime_name    = "node"
  runtime_version = var.runtime_version

  storage_container_type            = "blobContainer"
  storage_container_endpoint        = "${azurerm_storage_account.this.primary_blob_endpoint}${azurerm_storage_container.package.name}"
  storage_authentication_type       = "UserAssignedIdentity"
  storage_user_assigned_identity_id = azurerm_user_assigned_identity.this.id

  instance_memory_in_mb  = local.memory_mb
  http_concurrency       = local.http_concurrency
  maximum_instance_count = ceil(var.max_concurrency / local.http_concurrency)

  dynamic "always_ready" {
    for_each = var.always_ready_instances > 0 ? [var.always_ready_instances] : []

    content {
      # All HTTP functions of an app scale together, as the group `http`; others each for themselves.
      name           = var.always_ready_group
      instance_count = always_ready.value
    }
  }

  https_only                                     = true
  webdeploy_publish_basic_authentication_enabled = false
  # The API is called from the internet; what it stores can be put behind private endpoints, see virtual_network_subnet_id.
  public_network_access_enabled = true
  virtual_network_subnet_id     = var.subnet_id

  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.this.id]
  }

  site_config {
    application_insights_connection_string = var.application_insights.connection_string
    http2_enabled                          = true
    minimum_tls_version                    = "1.2"
    remote_debugging_enabled               = false
    scm_minimum_tls_version                = "1.2"
    vnet_route_all_enabled                 = var.subnet_id != null

    dynamic "cors" {
      for_each = length(var.cors_origins) == 0 ? [] : [var.cors_origins]

      content {
        allowed_origins     = cors.value
        support_credentials = false
      }
    }
  }

  app_settings = merge(var.app_settings, local.connection_settings, {
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING = "Authorization=AAD;ClientId=${azurerm_user_assigned_identity.this.client_id}"
    AZURE_CLIENT_ID                           = azurerm_user_assigned_identity.this.client_id
    AzureFunctionsJobHost__functionTimeout    = format("%02d:%02d:%02d", floor(var.timeout_seconds / 3600), floor(var.timeout_seconds / 60) % 60, var.timeout_seconds % 60)
    AzureWebJobsStorage__accountName          = azurerm_storage_account.this.name
    AzureWebJobsStorage__clientId             = azurerm_user_assigned_identity.this.client_id
    AzureWebJobsStorage__credential           = "managedidentity"
  })

  # Without this block the app answers everybody, which the stack must declare with a reason.
  dynamic "auth_settings_v2" {
    for_each = var.authorization.type == "JWT" ? [var.authorization] : []

    content {
      auth_enabled           = true
      default_provider       = "azureactivedirectory"
      require_authentication = true
      require_https          = true
      unauthenticated_action = "Return401"

      active_directory_v2 {
        allowed_audiences    = auth_settings_v2.value.audience
        client_id            = auth_settings_v2.value.client_id
        tenant_auth_endpoint = auth_settings_v2.value.issuer
      }

      login {}
    }
  }

  tags = var.tags

  # The app needs its storage when it starts.
  depends_on = [azurerm_role_assignment.storage]
}
