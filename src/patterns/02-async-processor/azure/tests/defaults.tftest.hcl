# What `terraform apply -var project_name=acme` makes, and what the function app may do.

mock_provider "azurerm" {
  mock_data "azurerm_client_config" {
    defaults = { subscription_id = "00000000-0000-0000-0000-000000000001" }
  }

  mock_resource "azurerm_application_insights" {
    defaults = { id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Insights/components/c" }
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
    condition     = module.service_bus.queues["jobs"].max_delivery_count == 5 && module.service_bus.queues["jobs"].forward_dead_lettered_messages_to == "jobs-dead-letter"
    error_message = "After five deliveries a job must go to the dead letters."
  }

  assert {
    condition     = contains(output.alarm_names, "acme-dev-async-processor-backlog") && contains(output.alarm_names, "acme-dev-async-processor-dead-letters")
    error_message = "Alerts must watch dead letters and jobs that wait."
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
    error_message = "Instances times jobs per instance must not be more than the concurrency of configs/serverless-defaults.yaml."
  }
}

run "results_that_go_before_the_last_copy_of_their_job" {
  command = plan

  variables {
    result_retention_days = 20
  }

  expect_failures = [var.result_retention_days]
}

run "least_privilege" {
  command = apply

  assert {
    condition = azurerm_role_definition.results.permissions[0].data_actions == toset([
      "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read",
      "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write",
    ])
    error_message = "The app must read and write results, and not delete them."
  }

  assert {
    condition     = azurerm_role_assignment.results.scope == module.results.container.id
    error_message = "The role on results must hold for their container only."
  }
}
