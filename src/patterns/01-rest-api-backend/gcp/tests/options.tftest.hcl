# What the variables change, and what they refuse.

mock_provider "google" {}
mock_provider "time" {}

variables {
  project_id   = "acme-123456"
  project_name = "acme"
}

run "overrides" {
  command = plan

  variables {
    firestore_location    = "eur3"
    ingress               = "ALLOW_INTERNAL_AND_GCLB"
    log_level             = "debug"
    log_retention_days    = 7
    max_concurrency       = 60
    memory_mb             = 512
    min_instances         = 1
    notification_channels = ["projects/acme-123456/notificationChannels/1"]
    runtime               = "nodejs22"
    timeout_seconds       = 10
  }

  assert {
    condition = (
      module.function.function.service_config[0].available_memory == "512Mi" &&
      module.function.function.service_config[0].timeout_seconds == 10 &&
      module.function.function.build_config[0].runtime == "nodejs22"
    )
    error_message = "Variables must override the defaults of all stacks."
  }

  assert {
    condition     = module.function.function.service_config[0].min_instance_count == 1 && module.function.function.service_config[0].max_instance_count == 3
    error_message = "60 requests at once must be 3 instances, one of them kept ready."
  }

  assert {
    condition     = module.function.function.service_config[0].ingress_settings == "ALLOW_INTERNAL_AND_GCLB"
    error_message = "Ingress must follow the variable."
  }

  assert {
    condition     = module.logs.bucket.retention_days == 7 && module.firestore.database.location_id == "eur3"
    error_message = "Retention and location must follow the variables."
  }

  assert {
    condition     = alltrue([for alert in module.function.alerts : alert.notification_channels == tolist(["projects/acme-123456/notificationChannels/1"])])
    error_message = "Every alert must notify the channel."
  }
}

run "protected_outside_dev" {
  command = plan

  variables {
    environment = "prod"
  }

  assert {
    condition     = module.firestore.database.delete_protection_state == "DELETE_PROTECTION_ENABLED"
    error_message = "Outside dev the data must refuse to be deleted."
  }
}

run "iam" {
  command = plan

  variables {
    authorization = { type = "IAM", members = ["serviceAccount:caller@acme-123456.iam.gserviceaccount.com"] }
  }

  assert {
    condition     = toset(keys(module.function.invokers)) == toset(["serviceAccount:caller@acme-123456.iam.gserviceaccount.com"])
    error_message = "Only the listed members may call."
  }
}

run "vpc" {
  command = plan

  variables {
    vpc = { network = "private", subnetwork = "functions" }
  }

  assert {
    condition = (
      module.function.function.service_config[0].direct_vpc_egress == "VPC_EGRESS_ALL_TRAFFIC" &&
      module.function.function.service_config[0].direct_vpc_network_interface[0].subnetwork == "functions"
    )
    error_message = "All requests of the function must go through the network."
  }
}

run "budget" {
  command = plan

  variables {
    budget = { billing_account = "000000-000000-000000", monthly_amount = 20 }
  }

  assert {
    condition     = google_billing_budget.monthly[0].amount[0].specified_amount[0].units == "20"
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

run "refuses_project_id" {
  command = plan

  variables {
    project_id = "123"
  }

  expect_failures = [var.project_id]
}
