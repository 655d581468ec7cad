# What `terraform apply -var project_name=acme -var project_id=...` makes.

mock_provider "google" {}
mock_provider "time" {}

variables {
  project_id   = "acme-123456"
  project_name = "acme"
}

run "function" {
  command = plan

  assert {
    condition     = module.function.function.service_config[0].available_memory == "256Mi"
    error_message = "The memory must come from configs/serverless-defaults.yaml."
  }

  assert {
    condition     = module.function.function.build_config[0].runtime == yamldecode(file("../../../../configs/serverless-defaults.yaml")).runtime.gcp
    error_message = "The runtime must come from configs/serverless-defaults.yaml."
  }

  assert {
    condition     = module.function.function.build_config[0].entry_point == "api"
    error_message = "The code registers its function as api."
  }

  assert {
    condition = (
      module.function.function.service_config[0].max_instance_count * module.function.function.service_config[0].max_instance_request_concurrency
      == yamldecode(file("../../../../configs/serverless-defaults.yaml")).cost_controls.max_concurrent_executions
    )
    error_message = "Instances times requests per instance must be the concurrency of configs/serverless-defaults.yaml."
  }

  assert {
    condition     = module.function.function.service_config[0].min_instance_count == 0
    error_message = "No instance may be kept ready by default."
  }

  assert {
    condition     = module.function.function.service_config[0].timeout_seconds == 30
    error_message = "The timeout must come from configs/serverless-defaults.yaml."
  }

  assert {
    condition = module.function.function.service_config[0].environment_variables == tomap({
      FIRESTORE_DATABASE     = "acme-dev-rest-api-backend"
      IDEMPOTENCY_COLLECTION = "idempotency"
      ITEMS_COLLECTION       = "items"
      LOG_LEVEL              = "info"
      SERVICE_NAME           = "rest-api-backend"
    })
    error_message = "The environment must be exactly what the handler reads."
  }

  assert {
    condition     = strcontains(module.function.source_object_name, filesha256("../../../../dist/functions/01-rest-api-backend/gcp.zip"))
    error_message = "New code must be a new object, or it would not be deployed."
  }
}

run "firestore" {
  command = plan

  assert {
    condition     = module.firestore.database.type == "FIRESTORE_NATIVE" && module.firestore.database.point_in_time_recovery_enablement == "POINT_IN_TIME_RECOVERY_ENABLED"
    error_message = "The database must be restorable."
  }

  assert {
    condition     = module.firestore.database.delete_protection_state == "DELETE_PROTECTION_DISABLED"
    error_message = "A dev stack must be easy to destroy."
  }

  assert {
    condition     = module.firestore.ttl_fields["idempotency"].field == "expiresAt" && length(module.firestore.ttl_fields["idempotency"].ttl_config) == 1 && length(module.firestore.ttl_fields) == 1
    error_message = "Idempotency records must expire, items must not."
  }
}

run "security" {
  command = plan

  assert {
    condition     = module.function.source_bucket.public_access_prevention == "enforced" && module.function.source_bucket.uniform_bucket_level_access && module.function.source_bucket.versioning[0].enabled
    error_message = "The source must be private and versioned."
  }

  assert {
    condition     = toset(keys(module.function.invokers)) == toset(["allUsers"]) && module.function.invokers["allUsers"].role == "roles/run.invoker"
    error_message = "The API must be as public as the stack declares."
  }

  assert {
    condition = google_project_iam_custom_role.documents.permissions == toset([
      "datastore.databases.get",
      "datastore.entities.create",
      "datastore.entities.delete",
      "datastore.entities.get",
      "datastore.entities.list",
      "datastore.entities.update",
    ])
    error_message = "The function must have exactly these permissions on documents."
  }

  assert {
    condition     = google_project_iam_member.documents.condition[0].expression == "resource.name == \"projects/acme-123456/databases/acme-dev-rest-api-backend\""
    error_message = "The permissions must end at the database."
  }

  assert {
    condition     = [for grant in module.function.roles.build : grant.role] == ["roles/logging.logWriter", "roles/storage.objectViewer"] && strcontains(module.function.roles.build[1].condition[0].expression, "gcf-v2-sources-")
    error_message = "In the project the build may write its log and read the bucket that Cloud Functions fills, no more."
  }
}

run "logs_and_alerts" {
  command = plan

  assert {
    condition     = module.logs.bucket.retention_days == yamldecode(file("../../../../configs/serverless-defaults.yaml")).observability.log_retention_days
    error_message = "The retention must come from configs/serverless-defaults.yaml."
  }

  assert {
    condition     = strcontains(module.logs.sink.filter, "service_name = \"acme-dev-rest-api-backend\"")
    error_message = "The bucket must take the logs of this function only."
  }

  assert {
    condition     = output.alarm_names == tolist(["acme-dev-rest-api-backend-5xx", "acme-dev-rest-api-backend-instances", "acme-dev-rest-api-backend-latency-p99"])
    error_message = "An alert is missing."
  }
}

run "labels" {
  command = plan

  assert {
    condition = alltrue([
      for labels in [
        module.function.alerts.latency.user_labels,
        module.function.function.labels,
        module.function.source_bucket.labels,
        ] : labels == tomap({
          environment = "dev"
          managed-by  = "terraform"
          pattern     = "01-rest-api-backend"
          project     = "acme"
      })
    ])
    error_message = "Every resource must have the four labels."
  }

  assert {
    condition     = alltrue([for service in google_project_service.this : !service.disable_on_destroy])
    error_message = "Destroying the stack must not switch off services that others use."
  }
}
