# What the handlers may do, action by action: each line is one that they call. The roles are Cosmos DB's own; each
# ends at its container. `readMetadata` is what every client reads when it starts: regions, partition key, ranges. A query
# over an SDK needs `readChangeFeed` beside `executeQuery`.
# https://learn.microsoft.com/azure/cosmos-db/nosql/security/reference-data-plane-actions

resource "azurerm_cosmosdb_sql_role_definition" "items" {
  name                = "${local.name}-items"
  resource_group_name = azurerm_resource_group.this.name
  account_name        = module.cosmos.account.name
  type                = "CustomRole"
  assignable_scopes   = [module.cosmos.container_scopes["items"]]

  permissions {
    data_actions = [
      "Microsoft.DocumentDB/databaseAccounts/readMetadata",
      "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/executeQuery",
      "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/create",
      "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/delete",
      "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/read",
      "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/replace",
      "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/readChangeFeed",
    ]
  }
}

resource "azurerm_cosmosdb_sql_role_assignment" "items" {
  resource_group_name = azurerm_resource_group.this.name
  account_name        = module.cosmos.account.name
  role_definition_id  = azurerm_cosmosdb_sql_role_definition.items.id
  principal_id        = module.function_app.identity.principal_id
  scope               = module.cosmos.container_scopes["items"]
}

resource "azurerm_cosmosdb_sql_role_definition" "idempotency" {
  name                = "${local.name}-idempotency"
  resource_group_name = azurerm_resource_group.this.name
  account_name        = module.cosmos.account.name
  type                = "CustomRole"
  assignable_scopes   = [module.cosmos.container_scopes["idempotency"]]

  permissions {
    data_actions = [
      "Microsoft.DocumentDB/databaseAccounts/readMetadata",
      "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/create",
      "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/delete",
      "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/read",
      "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/replace",
    ]
  }
}

resource "azurerm_cosmosdb_sql_role_assignment" "idempotency" {
  resource_group_name = azurerm_resource_group.this.name
  account_name        = module.cosmos.account.name
  role_definition_id  = azurerm_cosmosdb_sql_role_definition.idempotency.id
  principal_id        = module.function_app.identity.principal_id
  scope               = module.cosmos.container_scopes["idempotency"]
}
