# What the functions may do. They share the app and its identity: it receives orders and dead letters, and sends to both
# queues. `readMetadata` is what every client of Cosmos DB reads when it starts.
# https://learn.microsoft.com/azure/cosmos-db/nosql/security/reference-data-plane-actions

locals {
  queue_ids = {
    dead_letters = module.service_bus.dead_letter_queues[local.orders_queue].id
    orders       = module.service_bus.queues[local.orders_queue].id
  }

  document_actions = {
    audit     = ["upsert"]
    shipments = ["create", "read", "upsert"]
  }
}

resource "azurerm_role_assignment" "receive" {
  for_each = local.queue_ids

  scope                = each.value
  role_definition_name = "Azure Service Bus Data Receiver"
  principal_id         = module.function_app.identity.principal_id
  principal_type       = "ServicePrincipal"
  description          = "Messages that ${local.name} takes: orders to ship, dead letters to redrive"
}

resource "azurerm_role_assignment" "send" {
  for_each = local.queue_ids

  scope                = each.value
  role_definition_name = "Azure Service Bus Data Sender"
  principal_id         = module.function_app.identity.principal_id
  principal_type       = "ServicePrincipal"
  description          = "Messages that ${local.name} cannot process, and those that it redrives"
}

resource "azurerm_cosmosdb_sql_role_definition" "documents" {
  for_each = local.document_actions

  name                = "${local.name}-${each.key}"
  resource_group_name = azurerm_resource_group.this.name
  account_name        = module.cosmos.account.name
  type                = "CustomRole"
  assignable_scopes   = [module.cosmos.container_scopes[each.key]]

  permissions {
    data_actions = concat(
      ["Microsoft.DocumentDB/databaseAccounts/readMetadata"],
      [for action in each.value : "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/${action}"],
    )
  }
}

resource "azurerm_cosmosdb_sql_role_assignment" "documents" {
  for_each = local.document_actions

  resource_group_name = azurerm_resource_group.this.name
  account_name        = module.cosmos.account.name
  role_definition_id  = azurerm_cosmosdb_sql_role_definition.documents[each.key].id
  principal_id        = module.function_app.identity.principal_id
  scope               = module.cosmos.container_scopes[each.key]
}
