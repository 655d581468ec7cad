# Host storage and deployment package of this one app. One copy of the data suffices: the package can be published
# again, and the host makes its files anew.

resource "azurerm_storage_account" "this" {
  name                     = var.storage_account_name
  resource_group_name      = var.resource_group.name
  location                 = var.resource_group.location
  account_kind             = "StorageV2"
  account_tier             = "Standard"
  account_replication_type = "LRS"

  allow_nested_items_to_be_public  = false
  cross_tenant_replication_enabled = false
  default_to_oauth_authentication  = true
  https_traffic_only_enabled       = true
  local_user_enabled               = false
  min_tls_version                  = "TLS1_2"
  # Reached over the internet, by identities only, unless the stack brings a private endpoint.
  public_network_access_enabled = !var.private_storage
  # Identities only: no account keys, and so no SAS tokens but those of users, which end within a day.
  shared_access_key_enabled = false

  blob_properties {
    versioning_enabled = true

    container_delete_retention_policy {
      days = 7
    }

    delete_retention_policy {
      days = 7
    }
  }

  dynamic "network_rules" {
    for_each = var.private_storage ? [true] : []

    content {
      bypass         = ["AzureServices"]
      default_action = "Deny"
    }
  }

  sas_policy {
    expiration_action = "Block"
    expiration_period = "01.00:00:00"
  }

  tags = var.tags
}

resource "azurerm_storage_container" "package" {
  name                  = "package"
  storage_account_id    = azurerm_storage_account.this.id
  container_access_type = "private"
}

# Versioning keeps every package ever published; a month of them is enough to go back.
resource "azurerm_storage_management_policy" "this" {
  storage_account_id = azurerm_storage_account.this.id

  rule {
    name    = "expire-old-packages"
    enabled = true

    filters {
      blob_types   = ["blockBlob"]
      prefix_match = ["${azurerm_storage_container.package.name}/"]
    }

    actions {
      version {
        delete_after_days_since_creation = 30
      }
    }
  }
}
