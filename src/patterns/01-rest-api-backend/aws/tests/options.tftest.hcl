# What the variables change.

mock_provider "aws" {
  mock_data "aws_region" {
    defaults = { region = "us-east-1" }
  }
}

variables {
  project_name = "acme"
}

run "overrides" {
  command = plan

  variables {
    alarm_topic_arn         = "arn:aws:sns:us-east-1:111122223333:alarms"
    cors_origins            = ["https://app.example.com"]
    log_level               = "debug"
    log_retention_days      = 7
    memory_mb               = 512
    provisioned_concurrency = 2
    reserved_concurrency    = 10
    runtime                 = "nodejs22.x"
    throttle                = { requests_per_second = 5 }
    timeout_seconds         = 10
    tracing                 = false
  }

  assert {
    condition     = module.function.function.memory_size == 512 && module.function.function.timeout == 10 && module.function.function.runtime == "nodejs22.x"
    error_message = "Variables must override the defaults of all stacks."
  }

  assert {
    condition     = module.function.function.reserved_concurrent_executions == 10 && module.function.provisioned_concurrency.provisioned_concurrent_executions == 2
    error_message = "Concurrency must follow the variables."
  }

  assert {
    condition     = module.function.function.tracing_config[0].mode == "PassThrough" && !contains(keys(module.function.policies), "tracing")
    error_message = "Without tracing the function needs no permission for it."
  }

  assert {
    condition     = module.function.log_group.retention_in_days == 7 && module.function.function.environment[0].variables.LOG_LEVEL == "debug"
    error_message = "Logging must follow the variables."
  }

  assert {
    condition = (
      module.api.api.cors_configuration[0].allow_origins == toset(["https://app.example.com"]) &&
      module.api.api.cors_configuration[0].allow_methods == toset(["DELETE", "GET", "POST", "PUT"])
    )
    error_message = "The origin must be allowed with the methods of the routes."
  }

  assert {
    condition = (
      module.api.stage.default_route_settings[0].throttling_rate_limit == 5 &&
      module.api.stage.default_route_settings[0].throttling_burst_limit == yamldecode(file("../../../../configs/serverless-defaults.yaml")).cost_controls.api_burst_requests
    )
    error_message = "Half of the throttle must be overridable."
  }

  assert {
    condition = alltrue([
      for alarm in concat(values(module.api.alarms), values(module.function.alarms), values(module.items_table.alarms), values(module.idempotency_table.alarms)) :
      alarm.alarm_actions == toset(["arn:aws:sns:us-east-1:111122223333:alarms"])
    ])
    error_message = "Every alarm must notify the topic."
  }
}

run "provisioned_concurrency_instead_of_keep_warm" {
  command = plan

  variables {
    environment             = "prod"
    provisioned_concurrency = 1
  }

  assert {
    condition     = module.function.keep_warm == null
    error_message = "Beside provisioned concurrency a keep-warm schedule is waste."
  }
}

run "jwt" {
  command = plan

  variables {
    authorization = {
      audience = ["items"]
      issuer   = "https://issuer.example.com"
      scopes   = ["items.write"]
      type     = "JWT"
    }
  }

  assert {
    condition     = alltrue([for route in module.api.routes : route.authorization_type == "JWT" && route.authorization_scopes == toset(["items.write"])])
    error_message = "Every route must ask for a token."
  }

  assert {
    condition     = module.api.authorizer.jwt_configuration[0].issuer == "https://issuer.example.com"
    error_message = "The authorizer must trust the issuer."
  }
}

run "iam" {
  command = plan

  variables {
    authorization = { type = "AWS_IAM" }
  }

  assert {
    condition     = alltrue([for route in module.api.routes : route.authorization_type == "AWS_IAM"]) && module.api.authorizer == null
    error_message = "Every route must ask for a signature."
  }
}

run "private_network" {
  command = plan

  variables {
    private_network = {}
  }

  assert {
    condition     = length(module.function.function.vpc_config) == 1 && length(module.private_network) == 1
    error_message = "The function must run in the VPC."
  }
}

run "budget" {
  command = plan

  variables {
    budget = { emails = ["owner@example.com"], monthly_usd = 20 }
  }

  assert {
    condition     = aws_budgets_budget.monthly[0].limit_amount == "20" && one(aws_budgets_budget.monthly[0].cost_filter).values == tolist(["user:project$acme"])
    error_message = "The budget must count the project."
  }
}

run "new_account" {
  command = plan

  variables {
    reserved_concurrency = -1
  }

  assert {
    condition     = module.function.function.reserved_concurrent_executions == -1
    error_message = "Accounts without concurrency to reserve must be able to deploy."
  }
}
