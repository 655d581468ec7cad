locals {
  # Sub-resource of the service and the DNS zone under which clients find its private address.
  # https://learn.microsoft.com/azure/private-link/private-endpoint-dns
  services = {
    blob   = { subresource = "blob", zone = "privatelink.blob.core.windows.net" }
    cosmos = { subresource = "Sql", zone = "privatelink.documents.azure.com" }
  }
}

resource "azurerm_private_dns_zone" "this" {
  for_each = local.services

  name                = each.value.zone
  resource_group_name = var.resource_group.name

  tags = var.tags
}

resource "azurerm_private_dns_zone_virtual_network_link" "this" {
  for_each = local.services

  name                  = each.key
  resource_group_name   = var.resource_group.name
  private_dns_zone_name = azurerm_private_dns_zone.this[each.key].name
  virtual_network_id    = azurerm_virtual_network.this.id

  tags = var.tags
}

resource "azurerm_private_endpoint" "this" {
  for_each = local.services

  name                = "${var.name}-${each.key}"
  resource_group_name = var.resource_group.name
  location            = var.resource_group.location
  subnet_id           = azurerm_subnet.endpoints.id

  private_service_connection {
    name                           = each.key
    private_connection_resource_id = var.resource_ids[each.key]
    subresource_names              = [each.value.subresource]
    is_manual_connection           = false
  }

  private_dns_zone_group {
    name                 = each.key
    private_dns_zone_ids = [azurerm_private_dns_zone.this[each.key].id]
  }

  tags = var.tags
}
