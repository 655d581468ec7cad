# What the function app may do. Both of its functions run as one identity: it sends and receives jobs, sends to the dead
# letters, and reads and writes results.

resource "azurerm_role_assignment" "send" {
  scope                = module.service_bus.queues[local.jobs_queue].id
  role_definition_name = "Azure Service Bus Data Sender"
  principal_id         = module.function_app.identity.principal_id
  principal_type       = "ServicePrincipal"
  description          = "Jobs that ${local.name} accepts or tries again later"
}

resource "azurerm_role_assignment" "receive" {
  scope                = module.service_bus.queues[local.jobs_queue].id
  role_definition_name = "Azure Service Bus Data Receiver"
  principal_id         = module.function_app.identity.principal_id
  principal_type       = "ServicePrincipal"
  description          = "Jobs that ${local.name} does"
}

resource "azurerm_role_assignment" "dead_letters" {
  scope                = module.service_bus.dead_letter_queues[local.jobs_queue].id
  role_definition_name = "Azure Service Bus Data Sender"
  principal_id         = module.function_app.identity.principal_id
  principal_type       = "ServicePrincipal"
  description          = "Jobs that ${local.name} cannot do"
}

# Every built-in role that writes blobs deletes them as well.
resource "azurerm_role_definition" "results" {
  name        = "${local.name}-results"
  scope       = azurerm_resource_group.this.id
  description = "Reads and writes results of ${local.name}"

  permissions {
    data_actions = [
      "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read",
      "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write",
    ]
  }
}

resource "azurerm_role_assignment" "results" {
  scope              = module.results.container.id
  role_definition_id = azurerm_role_definition.results.role_definition_resource_id
  principal_id       = module.function_app.identity.principal_id
  principal_type     = "ServicePrincipal"
  description        = "Results of ${local.name}"
}
