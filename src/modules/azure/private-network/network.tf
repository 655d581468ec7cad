# A virtual network from which functions reach Azure services through private endpoints.

resource "azurerm_virtual_network" "this" {
  name                = var.name
  resource_group_name = var.resource_group.name
  location            = var.resource_group.location
  address_space       = [var.address_space]

  tags = var.tags
}

resource "azurerm_subnet" "function" {
  name                 = "function"
  resource_group_name  = var.resource_group.name
  virtual_network_name = azurerm_virtual_network.this.name
  address_prefixes     = [cidrsubnet(var.address_space, 8, 0)]

  # What Flex Consumption apps need, unlike apps on other plans.
  delegation {
    name = "flex-consumption"

    service_delegation {
      name    = "Microsoft.App/environments"
      actions = ["Microsoft.Network/virtualNetworks/subnets/join/action"]
    }
  }
}

resource "azurerm_subnet" "endpoints" {
  name                              = "endpoints"
  resource_group_name               = var.resource_group.name
  virtual_network_name              = azurerm_virtual_network.this.name
  address_prefixes                  = [cidrsubnet(var.address_space, 8, 1)]
  private_endpoint_network_policies = "Enabled"
}

# Into the endpoints' subnet: HTTPS from the functions, nothing else.
resource "azurerm_network_security_group" "endpoints" {
  name                = "${var.name}-endpoints"
  resource_group_name = var.resource_group.name
  location            = var.resource_group.location

  security_rule {
    name                       = "functions"
    description                = "Functions to private endpoints"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_address_prefix      = cidrsubnet(var.address_space, 8, 0)
    source_port_range          = "*"
    destination_address_prefix = cidrsubnet(var.address_space, 8, 1)
    destination_port_range     = "443"
  }

  security_rule {
    name                       = "nothing-else"
    description                = "No other way in"
    priority                   = 4096
    direction                  = "Inbound"
    access                     = "Deny"
    protocol                   = "*"
    source_address_prefix      = "*"
    source_port_range          = "*"
    destination_address_prefix = "*"
    destination_port_range     = "*"
  }

  tags = var.tags
}

resource "azurerm_subnet_network_security_group_association" "endpoints" {
  subnet_id                 = azurerm_subnet.endpoints.id
  network_security_group_id = azurerm_network_security_group.endpoints.id
}
