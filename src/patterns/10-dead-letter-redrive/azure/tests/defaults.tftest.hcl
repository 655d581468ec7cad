# What `terraform apply -var project_name=acme` makes, and what the functions may do.

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

run "queues" {
  command = apply

  assert {
    condition     = module.service_bus.queues["orders"].forward_dead_lettered_messages_to == "orders-dead-letter"
    error_message = "What the platform gives up must stand beside what the worker gives up."
  }

  assert {
    condition     = module.service_bus.dead_letter_queues["orders"].default_message_ttl == "P${yamldecode(file("../../../../configs/serverless-defaults.yaml")).error_handling.dlq_retention_days}D"
    error_message = "The retention of dead letters must come from configs/serverless-defaults.yaml."
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
    condition     = toset(azurerm_cosmosdb_sql_role_definition.documents["audit"].permissions[*].data_actions) == toset([toset(["Microsoft.DocumentDB/databaseAccounts/readMetadata", "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/upsert"])])
    error_message = "Audit records can be written, and neither read nor deleted."
  }

  assert {
    condition     = alltrue([for assignment in azurerm_role_assignment.receive : assignment.role_definition_name == "Azure Service Bus Data Receiver"]) && alltrue([for assignment in azurerm_role_assignment.send : assignment.role_definition_name == "Azure Service Bus Data Sender"])
    error_message = "The app receives from and sends to both queues, and owns neither."
  }
}
