# What the variables change, and what they refuse.

mock_provider "azurerm" {
  mock_data "azurerm_client_config" {
    defaults = { subscription_id = "00000000-0000-0000-0000-000000000001" }
  }
}

variables {
  project_name = "acme"
}

run "overrides" {
  command = plan

  variables {
    action_group_id        = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Insights/actionGroups/a"
    always_ready_instances = 2
    cors_origins           = ["https://app.example.com"]
    log_level              = "debug"
    log_retention_days     = 90
    max_concurrency        = 64
    memory_mb              = 1024
    runtime                = "22"
    timeout_seconds        = 90
  }

  assert {
    condition     = module.function_app.function_app.instance_memory_in_mb == 2048 && module.function_app.function_app.runtime_version == "22"
    error_message = "Variables must override the defaults of all stacks, and 1024 MB need the size of 2048."
  }

  assert {
    condition     = module.function_app.function_app.http_concurrency == 16 && module.function_app.function_app.maximum_instance_count == 4
    error_message = "64 requests at once must be 4 instances with 16 each."
  }

  assert {
    condition     = module.function_app.function_app.always_ready[0].name == "http" && module.function_app.function_app.always_ready[0].instance_count == 2
    error_message = "Two instances must be kept ready."
  }

  assert {
    condition     = module.function_app.function_app.app_settings["AzureFunctionsJobHost__functionTimeout"] == "00:01:30" && module.function_app.function_app.app_settings["LOG_LEVEL"] == "debug"
    error_message = "Timeout and log level must follow the variables."
  }

  assert {
    condition     = module.function_app.function_app.site_config[0].cors[0].allowed_origins == toset(["https://app.example.com"])
    error_message = "The origin must be allowed."
  }

  assert {
    condition     = module.application_insights.retention_days == 90
    error_message = "Retention must follow the variable."
  }

  assert {
    condition     = alltrue([for alert in concat(values(module.function_app.alerts), values(module.cosmos.alerts)) : length(alert.action) == 1])
    error_message = "Every alert must notify the action group."
  }
}

run "autoscale_throughput" {
  command = plan

  variables {
    autoscale_max_ru_per_second = 10000
  }

  assert {
    condition     = module.cosmos.containers["items"].autoscale_settings[0].max_throughput == 10000
    error_message = "Each container must scale up to the throughput that is asked for."
  }
}

run "protected_outside_dev" {
  command = plan

  variables {
    environment = "prod"
  }

  assert {
    condition     = module.cosmos.lock.lock_level == "CanNotDelete"
    error_message = "Outside dev the data must refuse to be deleted."
  }
}

run "jwt" {
  command = plan

  variables {
    authorization = {
      audience  = ["api://items"]
      client_id = "00000000-0000-0000-0000-000000000005"
      issuer    = "https://login.microsoftonline.com/00000000-0000-0000-0000-000000000006/v2.0"
      type      = "JWT"
    }
  }

  assert {
    condition = (
      module.function_app.function_app.auth_settings_v2[0].require_authentication &&
      module.function_app.function_app.auth_settings_v2[0].unauthenticated_action == "Return401"
    )
    error_message = "Requests without a token must be refused."
  }
}

run "private_network" {
  command = plan

  variables {
    private_network = {}
  }

  assert {
    condition     = !module.cosmos.security.public_network_access_enabled && !module.function_app.storage_account.public_network_access_enabled
    error_message = "Cosmos DB and storage must be reached through private endpoints only."
  }
}

run "budget" {
  command = plan

  variables {
    budget = { emails = ["owner@example.com"], monthly_amount = 20, start_date = "2026-01-01T00:00:00Z" }
  }

  assert {
    condition     = azurerm_consumption_budget_resource_group.monthly[0].amount == 20
    error_message = "The budget must have the amount."
  }
}

run "refuses_project_name" {
  command = plan

  variables {
    project_name = "Acme Corp"
  }

  expect_failures = [var.project_name]
}

run "refuses_budget_within_a_month" {
  command = plan

  variables {
    budget = { emails = ["owner@example.com"], monthly_amount = 20, start_date = "2026-01-15T00:00:00Z" }
  }

  expect_failures = [var.budget]
}
