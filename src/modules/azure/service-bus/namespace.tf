# A Service Bus namespace, the smallest that has topics. Identities only: no connection strings.

resource "azurerm_servicebus_namespace" "this" {
  name                = var.namespace_name
  resource_group_name = var.resource_group.name
  location            = var.resource_group.location
  sku                 = "Standard"

  local_auth_enabled  = false
  minimum_tls_version = "1.2"
  # Reached over the internet by identities: private endpoints need the Premium tier, which costs by the hour.
  public_network_access_enabled = true

  tags = var.tags
}
