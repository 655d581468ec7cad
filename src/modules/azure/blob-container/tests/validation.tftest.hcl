# What the module makes, and what it refuses.

mock_provider "azurerm" {
  mock_resource "azurerm_storage_account" {
    defaults = { id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/acme/providers/Microsoft.Storage/storageAccounts/acmefiles" }
  }
}

variables {
  deletion_protection  = true
  name                 = "uploads"
  resource_group       = { location = "westeurope", name = "acme" }
  storage_account_name = "acmefiles"
  tags                 = {}
}

run "private_and_versioned" {
  command = apply

  assert {
    condition     = !azurerm_storage_account.this.shared_access_key_enabled && !azurerm_storage_account.this.allow_nested_items_to_be_public && azurerm_storage_container.this.container_access_type == "private"
    error_message = "Only identities may reach the container."
  }

  assert {
    condition     = azurerm_storage_account.this.blob_properties[0].versioning_enabled
    error_message = "A file that is overwritten must be kept."
  }

  assert {
    condition     = azurerm_storage_management_policy.this.rule[0].actions[0].version[0].delete_after_days_since_creation == 30
    error_message = "Old versions must go after a month."
  }

  assert {
    condition     = azurerm_management_lock.this[0].lock_level == "CanNotDelete"
    error_message = "The account must be protected from deletion."
  }
}

run "unprotected" {
  command = plan

  variables {
    deletion_protection = false
  }

  assert {
    condition     = length(azurerm_management_lock.this) == 0
    error_message = "Without protection there must be no lock."
  }
}

run "capitals" {
  command = plan

  variables {
    name = "Uploads"
  }

  expect_failures = [var.name]
}
