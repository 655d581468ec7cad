# What the module refuses.

mock_provider "azurerm" {
  mock_resource "azurerm_storage_account" {
    defaults = { primary_blob_endpoint = "https://a.blob.core.windows.net/" }
  }
}

variables {
  app_name = "test-app"
  application_insights = {
    connection_string = "InstrumentationKey=00000000-0000-0000-0000-000000000000"
    id                = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Insights/components/c"
  }
  authorization   = { type = "NONE", reason = "Only a test calls this app." }
  max_concurrency = 10
  memory_mb       = 512
  name            = "test"
  # Any file will do: only its hash is read.
  package_path         = "./versions.tf"
  resource_group       = { location = "eastus2", name = "test" }
  runtime_version      = "24"
  storage_account_name = "sttest"
  tags                 = {}
  timeout_seconds      = 30
}

run "accepts_the_least" {
  command = plan

  assert {
    condition     = azurerm_function_app_flex_consumption.this.maximum_instance_count == 3
    error_message = "10 requests at once need 3 instances with 4 each."
  }
}

run "public_without_reason" {
  command = plan

  variables {
    authorization = { type = "NONE" }
  }

  expect_failures = [var.authorization]
}

run "jwt_without_issuer" {
  command = plan

  variables {
    authorization = { type = "JWT", audience = ["a"], client_id = "c" }
  }

  expect_failures = [var.authorization]
}

run "cors_wildcard" {
  command = plan

  variables {
    cors_origins = ["*"]
  }

  expect_failures = [var.cors_origins]
}

run "too_much_memory" {
  command = plan

  variables {
    memory_mb = 8192
  }

  expect_failures = [var.memory_mb]
}

run "longer_than_the_load_balancer_waits" {
  command = plan

  variables {
    timeout_seconds = 300
  }

  expect_failures = [var.timeout_seconds]
}

run "connections" {
  command = plan

  variables {
    connections = { SERVICE_BUS = { fullyQualifiedNamespace = "acme.servicebus.windows.net" } }
  }

  assert {
    condition     = azurerm_function_app_flex_consumption.this.app_settings["SERVICE_BUS__credential"] == "managedidentity" && azurerm_function_app_flex_consumption.this.app_settings["SERVICE_BUS__fullyQualifiedNamespace"] == "acme.servicebus.windows.net"
    error_message = "Triggers must connect with the app's identity."
  }
}
