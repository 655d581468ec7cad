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

  mock_resource "azurerm_servicebus_subscription" {
    defaults = { id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ServiceBus/namespaces/n/topics/t/subscriptions/s" }
  }

  mock_resource "azurerm_servicebus_topic" {
    defaults = { id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ServiceBus/namespaces/n/topics/t" }
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

run "branches" {
  command = apply

  assert {
    condition     = local.branches.inventory.sql_filter == "delivery = 'shipping'" && local.branches.invoice.sql_filter == "payment = 'invoice'" && local.branches.notification.sql_filter == null
    error_message = "The filters must say what `concerns` says in branches.ts."
  }

  assert {
    condition     = toset(keys(module.service_bus.subscriptions)) == toset(["orders/inventory", "orders/invoice", "orders/notification"])
    error_message = "Each branch must have a subscription of its own."
  }

  assert {
    condition = alltrue([
      for name in ["inventory", "invoice", "notification"] :
      module.service_bus.subscriptions["orders/${name}"].forward_dead_lettered_messages_to == "orders-${name}-dead-letter" && module.service_bus.subscriptions["orders/${name}"].max_delivery_count == 5
    ])
    error_message = "After five deliveries a message must go to the branch's own queue of dead letters."
  }

  assert {
    condition     = module.service_bus.queues["completed"].requires_duplicate_detection
    error_message = "What is announced again must be dropped."
  }

  assert {
    condition     = !module.service_bus.namespace.local_auth_enabled && module.service_bus.namespace.minimum_tls_version == "1.2"
    error_message = "The namespace must take identities only, over TLS 1.2."
  }
}

run "records_outlive_every_copy" {
  command = apply

  assert {
    condition     = module.function_app.function_app.app_settings["RECORD_RETENTION_DAYS"] == "23" && module.cosmos.containers["orders"].default_ttl == 23 * 86400
    error_message = "Records must outlive 4 days in a subscription, 14 as a dead letter and 4 after a redrive."
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
    condition     = toset(keys(azurerm_role_assignment.receive)) == toset(keys(local.branches)) && alltrue([for assignment in azurerm_role_assignment.receive : endswith(assignment.scope, "/subscriptions/s")])
    error_message = "The functions may receive from the three subscriptions only."
  }

  assert {
    condition     = alltrue([for assignment in concat([azurerm_role_assignment.publish, azurerm_role_assignment.completed], values(azurerm_role_assignment.dead_letters)) : assignment.role_definition_name == "Azure Service Bus Data Sender" && assignment.scope != module.service_bus.namespace.id])
    error_message = "The functions may send to the topic and to single queues, not to the namespace."
  }
}
