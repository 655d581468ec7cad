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

  mock_resource "azurerm_eventgrid_system_topic" {
    defaults = {
      id       = "/subscriptions/s/resourceGroups/g/providers/Microsoft.EventGrid/systemTopics/t"
      identity = { principal_id = "00000000-0000-0000-0000-000000000005", tenant_id = "00000000-0000-0000-0000-000000000006" }
    }
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

  mock_resource "azurerm_storage_container" {
    defaults = { id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a/blobServices/default/containers/c" }
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

run "contract" {
  command = apply

  assert {
    condition     = module.function_app.function_app.instance_memory_in_mb == 512
    error_message = "The function must have 512 MB."
  }

  assert {
    condition     = module.events.subscription.subject_filter[0].subject_ends_with == ".csv" && module.events.subscription.subject_filter[0].case_sensitive
    error_message = "Only new blobs with the suffix .csv may start the function."
  }

  assert {
    condition     = module.service_bus.queues["objects"].max_delivery_count == 5 && module.service_bus.queues["objects"].forward_dead_lettered_messages_to == "objects-dead-letter"
    error_message = "After five deliveries a notification must go to the queue of dead letters."
  }

  assert {
    condition     = one(module.cosmos.containers["files"].partition_key_paths) == "/partition"
    error_message = "A version must be in one partition with its rows."
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
    condition     = azurerm_role_assignment.files.role_definition_name == "Storage Blob Data Reader" && azurerm_role_assignment.files.scope == module.files.container.id
    error_message = "The function may read the files of one container, and write none."
  }

  assert {
    condition = one(azurerm_cosmosdb_sql_role_definition.index.permissions).data_actions == toset([
      "Microsoft.DocumentDB/databaseAccounts/readMetadata",
      "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/create",
      "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/delete",
      "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/read",
      "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/replace",
      "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/upsert",
    ])
    error_message = "The function must have exactly the actions on documents that it uses."
  }

  assert {
    condition     = azurerm_role_assignment.receive.role_definition_name == "Azure Service Bus Data Receiver" && azurerm_role_assignment.dead_letters.role_definition_name == "Azure Service Bus Data Sender"
    error_message = "The function may receive from its queue and send to the dead letters."
  }
}
