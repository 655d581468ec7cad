# What the function may do: receive from one queue, send to its dead letters, read the files of one container, and what it
# does with its documents, action by action. `readMetadata` is what every client reads when it starts.
# https://learn.microsoft.com/azure/cosmos-db/nosql/security/reference-data-plane-actions

resource "azurerm_role_assignment" "receive" {
  scope                = module.service_bus.queues[local.objects_queue].id
  role_definition_name = "Azure Service Bus Data Receiver"
  principal_id         = module.function_app.identity.principal_id
  principal_type       = "ServicePrincipal"
  description          = "Notifications of files that ${local.name} indexes"
}

resource "azurerm_role_assignment" "dead_letters" {
  scope                = module.service_bus.dead_letter_queues[local.objects_queue].id
  role_definition_name = "Azure Service Bus Data Sender"
  principal_id         = module.function_app.identity.principal_id
  principal_type       = "ServicePrincipal"
  description          = "Notifications of files that ${local.name} cannot index"
}

resource "azurerm_role_assignment" "files" {
  scope                = module.files.container.id
  role_definition_name = "Storage Blob Data Reader"
  principal_id         = module.function_app.identity.principal_id
  principal_type       = "ServicePrincipal"
  description          = "Files that ${local.name} indexes"
}

resource "azurerm_cosmosdb_sql_role_definition" "index" {
  name                = "${local.name}-index"
  resource_group_name = azurerm_resource_group.this.name
  account_name        = module.cosmos.account.name
  type                = "CustomRole"
  assignable_scopes   = [module.cosmos.container_scopes[local.files_container]]

  permissions {
    data_actions = [
      "Microsoft.DocumentDB/databaseAccounts/readMetadata",
      "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/create",
      "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/delete",
      "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/read",
      "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/replace",
      "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/upsert",
    ]
  }
}

resource "azurerm_cosmosdb_sql_role_assignment" "index" {
  resource_group_name = azurerm_resource_group.this.name
  account_name        = module.cosmos.account.name
  role_definition_id  = azurerm_cosmosdb_sql_role_definition.index.id
  principal_id        = module.function_app.identity.principal_id
  scope               = module.cosmos.container_scopes[local.files_container]
}
