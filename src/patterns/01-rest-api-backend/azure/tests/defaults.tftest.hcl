# What `terraform apply -var project_name=acme` makes.

mock_provider "azurerm" {
  mock_data "azurerm_client_config" {
    defaults = { subscription_id = "00000000-0000-0000-0000-000000000001" }
  }
}

variables {
  project_name = "acme"
}

run "function_app" {
  command = plan

  assert {
    condition     = module.function_app.function_app.instance_memory_in_mb == 512
    error_message = "The smallest size that holds the memory of configs/serverless-defaults.yaml must be taken."
  }

  assert {
    condition     = module.function_app.function_app.runtime_name == "node" && module.function_app.function_app.runtime_version == yamldecode(file("../../../../configs/serverless-defaults.yaml")).runtime.azure
    error_message = "The runtime must come from configs/serverless-defaults.yaml."
  }

  assert {
    condition = (
      module.function_app.function_app.maximum_instance_count * module.function_app.function_app.http_concurrency
      == yamldecode(file("../../../../configs/serverless-defaults.yaml")).cost_controls.max_concurrent_executions
    )
    error_message = "Instances times requests per instance must be the concurrency of configs/serverless-defaults.yaml."
  }

  assert {
    condition     = module.function_app.plan.sku_name == "FC1" && module.function_app.plan.os_type == "Linux"
    error_message = "The plan must be Flex Consumption."
  }

  assert {
    condition     = length(module.function_app.function_app.always_ready) == 0
    error_message = "No instance may be kept ready by default."
  }

  assert {
    condition     = module.function_app.function_app.app_settings["AzureFunctionsJobHost__functionTimeout"] == "00:00:30"
    error_message = "The timeout must come from configs/serverless-defaults.yaml."
  }

  assert {
    condition = (
      module.function_app.function_app.app_settings["COSMOS_DATABASE"] == "rest-api-backend" &&
      module.function_app.function_app.app_settings["IDEMPOTENCY_CONTAINER"] == "idempotency" &&
      module.function_app.function_app.app_settings["ITEMS_CONTAINER"] == "items" &&
      module.function_app.function_app.app_settings["LOG_LEVEL"] == "info" &&
      module.function_app.function_app.app_settings["SERVICE_NAME"] == "rest-api-backend"
    )
    error_message = "The handlers must find their settings."
  }
}

run "security" {
  command = plan

  assert {
    condition = (
      module.function_app.function_app.https_only &&
      module.function_app.function_app.site_config[0].minimum_tls_version == "1.2" &&
      module.function_app.function_app.site_config[0].scm_minimum_tls_version == "1.2"
    )
    error_message = "The app must take HTTPS with TLS 1.2 only."
  }

  assert {
    condition     = !module.function_app.function_app.webdeploy_publish_basic_authentication_enabled && !module.function_app.function_app.site_config[0].remote_debugging_enabled
    error_message = "Neither passwords nor debuggers may reach the app."
  }

  assert {
    condition     = module.function_app.function_app.storage_authentication_type == "UserAssignedIdentity" && module.function_app.function_app.app_settings["AzureWebJobsStorage__credential"] == "managedidentity"
    error_message = "The app must reach its storage with its identity."
  }

  assert {
    condition = (
      !module.function_app.storage_account.shared_access_key_enabled &&
      !module.function_app.storage_account.allow_nested_items_to_be_public &&
      module.function_app.storage_account.https_traffic_only_enabled &&
      module.function_app.storage_account.min_tls_version == "TLS1_2"
    )
    error_message = "The storage account must have no keys, nothing public, and TLS 1.2."
  }

  assert {
    condition     = module.function_app.storage_account.blob_properties[0].versioning_enabled && module.function_app.storage_account.blob_properties[0].delete_retention_policy[0].days == 7
    error_message = "Deleted packages must be recoverable."
  }

  assert {
    condition     = length(module.function_app.function_app.site_config[0].cors) == 0
    error_message = "Without origins there must be no CORS."
  }

  assert {
    condition     = length(module.function_app.function_app.auth_settings_v2) == 0
    error_message = "The API must be as public as the stack declares."
  }

  assert {
    condition = module.cosmos.security == {
      backup_tier                   = "Continuous7Days"
      local_authentication_enabled  = false
      minimal_tls_version           = "Tls12"
      public_network_access_enabled = true
    }
    error_message = "Cosmos DB must take identities only, over TLS 1.2, and be restorable to any second."
  }

  assert {
    condition     = module.cosmos.lock == null
    error_message = "A dev stack must be easy to destroy."
  }
}

run "containers" {
  command = plan

  assert {
    condition     = module.cosmos.containers["idempotency"].default_ttl == -1
    error_message = "Idempotency records must say themselves how long they live."
  }

  assert {
    condition     = module.cosmos.containers["items"].partition_key_paths == tolist(["/id"]) && module.cosmos.containers["idempotency"].partition_key_paths == tolist(["/id"])
    error_message = "Both containers must be partitioned by id."
  }

  assert {
    condition     = module.cosmos.containers["idempotency"].indexing_policy[0].indexing_mode == "consistent" && module.cosmos.containers["idempotency"].indexing_policy[0].excluded_path[0].path == "/*"
    error_message = "Idempotency records need no index, but the mode that TTL needs."
  }
}

run "logs_and_alerts" {
  command = plan

  assert {
    condition     = module.application_insights.retention_days == yamldecode(file("../../../../configs/serverless-defaults.yaml")).observability.log_retention_days
    error_message = "The retention must come from configs/serverless-defaults.yaml."
  }

  assert {
    condition     = output.alarm_names == tolist(["acme-dev-rest-api-backend-5xx", "acme-dev-rest-api-backend-cosmos-429", "acme-dev-rest-api-backend-latency"])
    error_message = "An alert is missing."
  }

  assert {
    condition     = alltrue([for alert in concat(values(module.function_app.alerts), values(module.cosmos.alerts)) : length(alert.action) == 0])
    error_message = "Without an action group nobody can be told."
  }
}

run "names_and_tags" {
  command = plan

  assert {
    condition     = output.function_name != output.resource_group_name && startswith(output.function_name, "acme-dev-rest-api-backend-")
    error_message = "The name of the app is a host name and must differ from everybody else's."
  }

  assert {
    condition     = output.table_name == "items" && output.idempotency_table_name == "idempotency"
    error_message = "The outputs must name both containers."
  }

  assert {
    condition = alltrue([
      for tags in [
        azurerm_resource_group.this.tags,
        module.cosmos.alerts.throttled.tags,
        module.function_app.alerts.server_errors.tags,
        module.function_app.function_app.tags,
        module.function_app.identity.tags,
        module.function_app.plan.tags,
        module.function_app.storage_account.tags,
        ] : tags == tomap({
          environment = "dev"
          managed-by  = "terraform"
          pattern     = "01-rest-api-backend"
          project     = "acme"
      })
    ])
    error_message = "Every resource must have the four tags."
  }
}
