output "account" {
  description = "Id, name and endpoint of the account."
  value = {
    endpoint = azurerm_cosmosdb_account.this.endpoint
    id       = azurerm_cosmosdb_account.this.id
    name     = azurerm_cosmosdb_account.this.name
  }
}

output "alerts" {
  description = "The alerts of the account, by what they watch."
  value       = { throttled = azurerm_monitor_metric_alert.throttled }
}

output "container_scopes" {
  description = "Containers by name, as the scopes of Cosmos DB's own role assignments."
  value = {
    for name, container in azurerm_cosmosdb_sql_container.this :
    name => "${azurerm_cosmosdb_account.this.id}/dbs/${azurerm_cosmosdb_sql_database.this.name}/colls/${container.name}"
  }
}

output "containers" {
  description = "The containers, by name."
  value       = azurerm_cosmosdb_sql_container.this
}

output "database_name" {
  description = "Name of the database."
  value       = azurerm_cosmosdb_sql_database.this.name
}

output "lock" {
  description = "The lock against deletion, or null."
  value       = one(azurerm_management_lock.this[*])
}

output "security" {
  description = "How the account is protected."
  value = {
    backup_tier                   = azurerm_cosmosdb_account.this.backup[0].tier
    local_authentication_enabled  = azurerm_cosmosdb_account.this.local_authentication_enabled
    minimal_tls_version           = azurerm_cosmosdb_account.this.minimal_tls_version
    public_network_access_enabled = azurerm_cosmosdb_account.this.public_network_access_enabled
  }
}
