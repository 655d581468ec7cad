# What the functions may do: exact actions on one container each.

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

run "least_privilege" {
  command = apply

  assert {
    condition = one(azurerm_cosmosdb_sql_role_definition.items.permissions).data_actions == toset([
      "Microsoft.DocumentDB/databaseAccounts/readMetadata",
      "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/executeQuery",
      "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/create",
      "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/delete",
      "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/read",
      "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/replace",
      "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/readChangeFeed",
    ])
    error_message = "The functions must have exactly these actions on the items."
  }

  assert {
    condition = one(azurerm_cosmosdb_sql_role_definition.idempotency.permissions).data_actions == toset([
      "Microsoft.DocumentDB/databaseAccounts/readMetadata",
      "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/create",
      "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/delete",
      "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/read",
      "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/replace",
    ])
    error_message = "The functions must have exactly these actions on the idempotency records."
  }

  assert {
    condition = (
      azurerm_cosmosdb_sql_role_assignment.items.scope == "/subscriptions/s/resourceGroups/g/providers/Microsoft.DocumentDB/databaseAccounts/a/dbs/rest-api-backend/colls/items" &&
      azurerm_cosmosdb_sql_role_assignment.idempotency.scope == "/subscriptions/s/resourceGroups/g/providers/Microsoft.DocumentDB/databaseAccounts/a/dbs/rest-api-backend/colls/idempotency"
    )
    error_message = "Each role must end at its container."
  }

  assert {
    condition     = azurerm_cosmosdb_sql_role_assignment.items.principal_id == "00000000-0000-0000-0000-000000000004"
    error_message = "The identity of the app must have the role."
  }

  assert {
    condition = { for name, role in module.function_app.roles : role.role_definition_name => role.scope } == {
      "Monitoring Metrics Publisher" = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Insights/components/c"
      "Storage Blob Data Owner"      = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a"
    }
    error_message = "The identity must have two roles, each on one resource."
  }

  assert {
    condition     = module.function_app.function_app.app_settings["AZURE_CLIENT_ID"] == "00000000-0000-0000-0000-000000000003"
    error_message = "The clients must know which identity to use."
  }

  assert {
    condition     = module.function_app.function_app.storage_container_endpoint == "https://a.blob.core.windows.net/package"
    error_message = "The package must come from the container of the app."
  }
}
