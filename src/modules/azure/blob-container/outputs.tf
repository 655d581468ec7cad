output "account" {
  description = "Id, name, location and blob endpoint of the storage account."
  value = {
    blob_endpoint = azurerm_storage_account.this.primary_blob_endpoint
    id            = azurerm_storage_account.this.id
    location      = azurerm_storage_account.this.location
    name          = azurerm_storage_account.this.name
  }
}

output "container" {
  description = "Name of the container, and its id as the scope of role assignments."
  value = {
    id   = azurerm_storage_container.this.id
    name = azurerm_storage_container.this.name
  }
}

output "lock" {
  description = "The lock against deletion, or null."
  value       = one(azurerm_management_lock.this[*])
}
