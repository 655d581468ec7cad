# What `terraform apply -var project_name=acme` makes.

mock_provider "aws" {}

variables {
  project_name = "acme"
}

run "function" {
  command = plan

  assert {
    condition     = module.function.function.memory_size == yamldecode(file("../../../../configs/serverless-defaults.yaml")).default_memory_mb
    error_message = "The memory must come from configs/serverless-defaults.yaml."
  }

  assert {
    condition     = module.function.function.runtime == yamldecode(file("../../../../configs/serverless-defaults.yaml")).runtime.aws
    error_message = "The runtime must come from configs/serverless-defaults.yaml."
  }

  assert {
    condition     = module.function.function.reserved_concurrent_executions == yamldecode(file("../../../../configs/serverless-defaults.yaml")).cost_controls.reserved_concurrency
    error_message = "The reserved concurrency must come from configs/serverless-defaults.yaml."
  }

  assert {
    condition     = module.function.function.architectures == tolist(["arm64"])
    error_message = "The function must run on arm64."
  }

  assert {
    condition     = module.function.function.timeout == 29
    error_message = "The function must end before the API gives up after 30 seconds."
  }

  assert {
    condition     = module.function.function.tracing_config[0].mode == "Active"
    error_message = "Tracing must be on."
  }

  assert {
    condition     = module.function.function.logging_config[0].log_format == "JSON" && module.function.function.logging_config[0].application_log_level == "INFO"
    error_message = "The function must log JSON from level info on."
  }

  assert {
    condition = module.function.function.environment[0].variables == tomap({
      IDEMPOTENCY_TABLE = "acme-dev-rest-api-backend-idempotency"
      ITEMS_TABLE       = "acme-dev-rest-api-backend-items"
      LOG_LEVEL         = "info"
      METRICS_NAMESPACE = "acme"
      SERVICE_NAME      = "rest-api-backend"
    })
    error_message = "The environment must be exactly what the handler reads."
  }

  assert {
    condition     = length(module.function.function.vpc_config) == 0
    error_message = "The function must run outside a VPC."
  }

  assert {
    condition     = module.function.provisioned_concurrency == null && module.function.keep_warm == null
    error_message = "Nothing may be kept warm in dev."
  }

  assert {
    condition     = module.function.alias.name == "live"
    error_message = "Callers must use the alias live."
  }

  assert {
    condition     = module.function.log_group.retention_in_days == 30 && module.api.access_log_group.retention_in_days == 30
    error_message = "Both log groups must keep their lines for 30 days."
  }
}

run "tables" {
  command = plan

  assert {
    condition     = alltrue([for table in [module.items_table.table, module.idempotency_table.table] : table.billing_mode == "PAY_PER_REQUEST"])
    error_message = "Tables must be paid by request."
  }

  assert {
    condition     = module.items_table.table.point_in_time_recovery[0].enabled
    error_message = "The items must be restorable."
  }

  assert {
    condition     = !module.idempotency_table.table.point_in_time_recovery[0].enabled
    error_message = "Idempotency records are not worth a restore."
  }

  assert {
    condition     = alltrue([for table in [module.items_table.table, module.idempotency_table.table] : table.server_side_encryption[0].enabled])
    error_message = "Tables must be encrypted with a key that CloudTrail shows."
  }

  assert {
    condition     = one(module.idempotency_table.table.ttl).attribute_name == "expiresAt" && one(module.idempotency_table.table.ttl).enabled
    error_message = "Idempotency records must expire."
  }

  assert {
    condition     = length(module.items_table.table.ttl) == 0
    error_message = "Items must not expire."
  }

  assert {
    condition     = !module.items_table.table.deletion_protection_enabled
    error_message = "A dev stack must be easy to destroy."
  }
}

run "api" {
  command = plan

  assert {
    condition = toset(keys(module.api.routes)) == toset([
      "DELETE /items/{id}", "GET /items", "GET /items/{id}", "POST /items", "PUT /items/{id}",
    ])
    error_message = "The API must have exactly the five routes of the application."
  }

  assert {
    condition     = alltrue([for route in module.api.routes : route.authorization_type == "NONE"])
    error_message = "The routes must have the authorization that the stack declares."
  }

  assert {
    condition     = length(module.api.api.cors_configuration) == 0
    error_message = "Without origins there must be no CORS."
  }

  assert {
    condition = (
      module.api.stage.default_route_settings[0].throttling_rate_limit == yamldecode(file("../../../../configs/serverless-defaults.yaml")).cost_controls.api_requests_per_second &&
      module.api.stage.default_route_settings[0].throttling_burst_limit == yamldecode(file("../../../../configs/serverless-defaults.yaml")).cost_controls.api_burst_requests
    )
    error_message = "The API must be throttled as configs/serverless-defaults.yaml says."
  }

  assert {
    condition     = jsondecode(module.api.stage.access_log_settings[0].format).requestId == "$context.requestId"
    error_message = "The access log must be JSON with the request id."
  }

  assert {
    condition     = module.api.permission.qualifier == "live" && module.api.permission.principal == "apigateway.amazonaws.com"
    error_message = "Only API Gateway may call, and only the alias."
  }
}

run "alarms" {
  command = plan

  assert {
    condition = output.alarm_names == tolist([
      "acme-dev-rest-api-backend-5xx",
      "acme-dev-rest-api-backend-duration-p99",
      "acme-dev-rest-api-backend-errors",
      "acme-dev-rest-api-backend-idempotency-table-system-errors",
      "acme-dev-rest-api-backend-idempotency-table-throttles",
      "acme-dev-rest-api-backend-items-table-system-errors",
      "acme-dev-rest-api-backend-items-table-throttles",
      "acme-dev-rest-api-backend-latency-p99",
      "acme-dev-rest-api-backend-throttles",
    ])
    error_message = "An alarm is missing."
  }

  assert {
    condition     = module.function.alarms.duration.threshold == 29 * 1000 * 0.8
    error_message = "The duration alarm must ring before the timeout."
  }

  assert {
    condition     = module.function.alarms.errors.dimensions.Resource == "acme-dev-rest-api-backend:live"
    error_message = "The alarms must watch the alias."
  }

  assert {
    condition     = length(module.function.alarms.errors.alarm_actions) == 0
    error_message = "Without a topic nobody can be told."
  }
}

run "tags" {
  command = plan

  assert {
    condition = alltrue([
      for resource in [
        module.api.access_log_group,
        module.api.alarms.server_errors,
        module.api.api,
        module.api.stage,
        module.function.alarms.errors,
        module.function.function,
        module.function.log_group,
        module.function.role,
        module.idempotency_table.alarms.throttles,
        module.idempotency_table.table,
        module.items_table.table,
        ] : resource.tags == tomap({
          environment = "dev"
          managed-by  = "terraform"
          pattern     = "01-rest-api-backend"
          project     = "acme"
      })
    ])
    error_message = "Every resource must have the four tags."
  }
}
