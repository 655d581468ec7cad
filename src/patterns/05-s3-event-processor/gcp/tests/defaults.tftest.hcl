# What `terraform apply -var project_name=acme -var project_id=...` makes, and what the function may do.

mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }

  mock_resource "google_pubsub_topic" {
    defaults = { id = "projects/acme-123456/topics/topic" }
  }
}

mock_provider "time" {}

variables {
  project_id   = "acme-123456"
  project_name = "acme"
}

run "contract" {
  command = apply

  assert {
    condition     = module.function.function.service_config[0].available_memory == "512Mi" && module.function.function.service_config[0].timeout_seconds == 300
    error_message = "The function must have 512 MiB and 300 seconds."
  }

  assert {
    condition     = module.events.notification.event_types == toset(["OBJECT_FINALIZE"])
    error_message = "Only new objects may start the function."
  }

  assert {
    condition     = module.consumer.subscription.dead_letter_policy[0].max_delivery_attempts == 5
    error_message = "After five deliveries a notification must go to the dead letters."
  }

  assert {
    condition     = module.consumer.subscription.ack_deadline_seconds == module.function.function.service_config[0].timeout_seconds
    error_message = "A push must last as long as the function may take."
  }

  assert {
    condition     = google_firestore_field.values.field == "values" && length(google_firestore_field.values.index_config[0].indexes) == 0
    error_message = "The columns of files must not be indexed."
  }
}

run "least_privilege" {
  command = apply

  assert {
    condition     = google_project_iam_custom_role.files.permissions == toset(["storage.objects.get", "storage.objects.list"])
    error_message = "The function may read files, and must be told when one is gone. It may write none."
  }

  assert {
    condition = google_project_iam_custom_role.documents.permissions == toset([
      "datastore.databases.get",
      "datastore.entities.create",
      "datastore.entities.delete",
      "datastore.entities.get",
      "datastore.entities.update",
    ])
    error_message = "The function must have exactly the permissions on documents that it uses."
  }

  assert {
    condition     = length(module.function.invokers) == 0 && module.function.function.service_config[0].ingress_settings == "ALLOW_INTERNAL_ONLY"
    error_message = "Nobody but the push subscription may call the function."
  }
}
