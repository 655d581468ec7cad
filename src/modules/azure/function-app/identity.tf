resource "azurerm_user_assigned_identity" "this" {
  name                = var.name
  resource_group_name = var.resource_group.name
  location            = var.resource_group.location

  tags = var.tags
}

# The host keeps its keys and locks in the account, and reads and writes the package: what the documentation asks for
# with an identity-based AzureWebJobsStorage. The account holds nothing else.
# https://learn.microsoft.com/azure/azure-functions/functions-reference#connecting-to-host-storage-with-an-identity
resource "azurerm_role_assignment" "storage" {
  scope                = azurerm_storage_account.this.id
  role_definition_name = "Storage Blob Data Owner"
  principal_id         = azurerm_user_assigned_identity.this.principal_id
  principal_type       = "ServicePrincipal"
  description          = "Host storage and package of the function app ${var.app_name}"
}

# Application Insights takes telemetry only from identities.
resource "azurerm_role_assignment" "telemetry" {
  scope                = var.application_insights.id
  role_definition_name = "Monitoring Metrics Publisher"
  principal_id         = azurerm_user_assigned_identity.this.principal_id
  principal_type       = "ServicePrincipal"
  description          = "Telemetry of the function app ${var.app_name}"
}
