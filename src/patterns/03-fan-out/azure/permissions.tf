# What the functions may do: publish on the topic, receive from its subscriptions, send dead letters and completions, and
# what they do with their documents, action by action. `readMetadata` is what every client reads when it starts.
# https://learn.microsoft.com/azure/cosmos-db/nosql/security/reference-data-plane-actions

resource "azurerm_role_assignment" "publish" {
  scope                = module.service_bus.topics[local.orders_topic].id
  role_definition_name = "Azure Service Bus Data Sender"
  principal_id         = module.function_app.identity.principal_id
  principal_type       = "ServicePrincipal"
  description          = "Orders that ${local.name} has accepted"
}

resource "azurerm_role_assignment" "receive" {
  for_each = local.branches

  scope                = module.service_bus.subscriptions["${local.orders_topic}/${each.key}"].id
  role_definition_name = "Azure Service Bus Data Receiver"
  principal_id         = module.function_app.identity.principal_id
  principal_type       = "ServicePrincipal"
  description          = "Orders for the branch ${each.key} of ${local.name}"
}

resource "azurerm_role_assignment" "dead_letters" {
  for_each = local.branches

  scope                = module.service_bus.dead_letter_queues["${local.orders_topic}/${each.key}"].id
  role_definition_name = "Azure Service Bus Data Sender"
  principal_id         = module.function_app.identity.principal_id
  principal_type       = "ServicePrincipal"
  description          = "Orders that the branch ${each.key} of ${local.name} cannot process"
}

resource "azurerm_role_assignment" "completed" {
  scope                = module.service_bus.queues[local.completed_queue].id
  role_definition_name = "Azure Service Bus Data Sender"
  principal_id         = module.function_app.identity.principal_id
  principal_type       = "ServicePrincipal"
  description          = "Orders that ${local.name} has completed"
}

resource "azurerm_cosmosdb_sql_role_definition" "orders" {
  name                = "${local.name}-orders"
  resource_group_name = azurerm_resource_group.this.name
  account_name        = module.cosmos.account.name
  type                = "CustomRole"
  assignable_scopes   = [module.cosmos.container_scopes[local.orders_container]]

  permissions {
    data_actions = [
      "Microsoft.DocumentDB/databaseAccounts/readMetadata",
      "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/create",
      "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/read",
      "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/replace",
    ]
  }
}

resource "azurerm_cosmosdb_sql_role_assignment" "orders" {
  resource_group_name = azurerm_resource_group.this.name
  account_name        = module.cosmos.account.name
  role_definition_id  = azurerm_cosmosdb_sql_role_definition.orders.id
  principal_id        = module.function_app.identity.principal_id
  scope               = module.cosmos.container_scopes[local.orders_container]
}
