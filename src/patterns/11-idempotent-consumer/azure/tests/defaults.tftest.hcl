# What `terraform apply -var project_name=acme` makes, and what the function may do.

mock_provider "azurerm" {
  mock_data "azurerm_client_config" {
    defaults = { subscription_id = "00000000-0000-0000-0000-000000000001" }
  }

  mock_resource "azurerm_application_insights" {
    defaults = { id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Insights/components/c" }
  }

  mock_resource "azurerm_cosmosdb_account" {
    defaults = { id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.DocumentDB/databaseAccounts/a" }
  }

  mock_resource "azurerm_cosmosdb_sql_role_definition" {
    defaults = { id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.DocumentDB/databaseAccounts/a/sqlRoleDefinitions/00000000-0000-0000-0000-000000000002" }
  }

  mock_resource "azurerm_function_app_flex_consumption" {
    defaults = { id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Web/sites/a" }
  }

  mock_resource "azurerm_service_plan" {
    defaults = { id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Web/serverFarms/p" }
  }

  mock_resource "azurerm_servicebus_namespace" {
    defaults = { id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ServiceBus/namespaces/n" }
  }

  mock_resource "azurerm_servicebus_queue" {
    defaults = { id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ServiceBus/namespaces/n/queues/q" }
  }

  mock_resource "azurerm_storage_account" {
    defaults = {
      id                    = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a"
      primary_blob_endpoint = "https://a.blob.core.windows.net/"
    }
  }

  mock_resource "azurerm_log_analytics_workspace" {
    defaults = { id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.OperationalInsights/workspaces/w" }
  }

  mock_resource "azurerm_user_assigned_identity" {
    defaults = {
      client_id    = "00000000-0000-0000-0000-000000000003"
      id           = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i"
      principal_id = "00000000-0000-0000-0000-000000000004"
    }
  }
}

variables {
  project_name    = "acme"
  publish_package = false
}

run "queue" {
  command = apply

  assert {
    condition     = module.service_bus.queues["transfers"].max_delivery_count == 5 && module.service_bus.queues["transfers"].forward_dead_lettered_messages_to == "transfers-dead-letter"
    error_message = "After five deliveries a message must go to the queue of dead letters."
  }

  assert {
    condition     = module.service_bus.dead_letter_queues["transfers"].default_message_ttl == "P${yamldecode(file("../../../../configs/serverless-defaults.yaml")).error_handling.dlq_retention_days}D"
    error_message = "The retention of dead letters must come from configs/serverless-defaults.yaml."
  }

  assert {
    condition     = !module.service_bus.namespace.local_auth_enabled && module.service_bus.namespace.minimum_tls_version == "1.2"
    error_message = "The namespace must take identities only, over TLS 1.2."
  }
}

run "one_partition_for_effect_and_mark" {
  command = apply

  assert {
    condition     = one(module.cosmos.containers["ledger"].partition_key_paths) == "/ledger" && module.cosmos.containers["ledger"].default_ttl == -1
    error_message = "Balances and marks must be in one partition, and only marks may expire."
  }

  assert {
    condition     = module.function_app.function_app.app_settings["INBOX_RETENTION_DAYS"] == "23"
    error_message = "Marks must outlive 4 days in the queue, 14 as a dead letter and 4 after a redrive."
  }
}

run "longer_queue" {
  command = apply

  variables {
    queue_retention_days = 10
  }

  assert {
    condition     = module.function_app.function_app.app_settings["INBOX_RETENTION_DAYS"] == "35"
    error_message = "Marks must live longer when messages do."
  }
}

run "concurrency" {
  command = apply

  # https://learn.microsoft.com/azure/azure-functions/functions-target-based-scaling
  assert {
    condition = (
      module.function_app.function_app.maximum_instance_count * jsondecode(file("host.json")).extensions.serviceBus.maxConcurrentCalls
      <= yamldecode(file("../../../../configs/serverless-defaults.yaml")).cost_controls.max_concurrent_executions
    )
    error_message = "Instances times messages per instance must not be more than the concurrency of configs/serverless-defaults.yaml."
  }
}

run "least_privilege" {
  command = apply

  assert {
    condition = one(azurerm_cosmosdb_sql_role_definition.ledger.permissions).data_actions == toset([
      "Microsoft.DocumentDB/databaseAccounts/readMetadata",
      "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/create",
      "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/read",
      "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/replace",
    ])
    error_message = "The function must create, read and replace documents, and nothing else."
  }

  assert {
    condition     = azurerm_role_assignment.receive.role_definition_name == "Azure Service Bus Data Receiver" && azurerm_role_assignment.dead_letters.role_definition_name == "Azure Service Bus Data Sender"
    error_message = "The function must receive from its queue and send to its dead letters, and nothing else."
  }

  assert {
    condition     = module.function_app.function_app.app_settings["SERVICE_BUS__credential"] == "managedidentity"
    error_message = "The trigger must connect with the app's identity."
  }
}
