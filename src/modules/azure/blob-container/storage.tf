# A private blob container in a storage account of its own: versioned, reached by identities only. Old versions go by
# themselves. Not the account of the function app, whose host must be able to write everything in it.

resource "azurerm_storage_account" "this" {
  name                     = var.storage_account_name
  resource_group_name      = var.resource_group.name
  location                 = var.resource_group.location
  account_kind             = "StorageV2"
  account_tier             = "Standard"
  account_replication_type = var.replication

  allow_nested_items_to_be_public  = false
  cross_tenant_replication_enabled = false
  default_to_oauth_authentication  = true
  https_traffic_only_enabled       = true
  local_user_enabled               = false
  min_tls_version                  = "TLS1_2"
  # Reached over the internet, by identities only.
  public_network_access_enabled = true
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

  sas_policy {
    expiration_action = "Block"
    expiration_period = "01.00:00:00"
  }

  tags = var.tags
}

resource "azurerm_storage_container" "this" {
  name                  = var.name
  storage_account_id    = azurerm_storage_account.this.id
  container_access_type = "private"
}

resource "azurerm_storage_management_policy" "this" {
  storage_account_id = azurerm_storage_account.this.id

  rule {
    name    = "old-versions"
    enabled = true

    filters {
      blob_types   = ["blockBlob"]
      prefix_match = ["${azurerm_storage_container.this.name}/"]
    }

    actions {
      version {
        delete_after_days_since_creation = var.noncurrent_days
      }
    }
  }

  dynamic "rule" {
    for_each = var.expirations

    content {
      name    = "expire-${rule.key}"
      enabled = true

      filters {
        blob_types   = ["blockBlob"]
        prefix_match = ["${azurerm_storage_container.this.name}/${rule.value.prefix}"]
      }

      actions {
        base_blob {
          delete_after_days_since_creation_greater_than = rule.value.days
        }
      }
    }
  }
}

# Storage has no switch of its own against deletion.
resource "azurerm_management_lock" "this" {
  count = var.deletion_protection ? 1 : 0

  name       = "keep-${azurerm_storage_account.this.name}"
  scope      = azurerm_storage_account.this.id
  lock_level = "CanNotDelete"
  notes      = "Holds the files of the stack. Remove the lock before destroying it."

  depends_on = [azurerm_storage_container.this]
}
