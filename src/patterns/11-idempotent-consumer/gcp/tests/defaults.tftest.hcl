# What `terraform apply -var project_name=acme -var project_id=...` makes, and what the function may do.

mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
}

mock_provider "time" {}

variables {
  project_id   = "acme-123456"
  project_name = "acme"
}

run "subscription" {
  command = apply

  assert {
    condition     = module.consumer.subscription.dead_letter_policy[0].max_delivery_attempts == 5
    error_message = "After five deliveries a message must go to the dead letters."
  }

  assert {
    condition     = module.consumer.subscription.ack_deadline_seconds == module.function.function.service_config[0].timeout_seconds
    error_message = "A push must last as long as the function may take."
  }

  assert {
    condition     = module.transfers.dead_letter_subscription.message_retention_duration == "${yamldecode(file("../../../../configs/serverless-defaults.yaml")).error_handling.dlq_retention_days * 86400}s"
    error_message = "The retention of dead letters must come from configs/serverless-defaults.yaml."
  }
}

run "inbox_outlives_every_copy" {
  command = apply

  assert {
    condition     = module.function.function.service_config[0].environment_variables["INBOX_RETENTION_DAYS"] == "23"
    error_message = "Marks must outlive 4 days in the subscription, 14 as a dead letter and 4 after a redrive."
  }

  assert {
    condition     = sort(keys(module.firestore.ttl_fields)) == tolist(["inbox"])
    error_message = "Marks must expire, balances must not."
  }
}

run "least_privilege" {
  command = apply

  assert {
    condition = google_project_iam_custom_role.documents.permissions == toset([
      "datastore.databases.get",
      "datastore.entities.create",
      "datastore.entities.get",
      "datastore.entities.update",
    ])
    error_message = "The function must create, read and update documents, and nothing else."
  }

  assert {
    condition     = google_pubsub_topic_iam_member.dead_letters.role == "roles/pubsub.publisher" && google_pubsub_topic_iam_member.dead_letters.topic == "acme-dev-idempotent-consumer-dead-letter"
    error_message = "The function may publish to the dead letters only."
  }

  assert {
    condition     = length(module.function.invokers) == 0 && module.function.function.service_config[0].ingress_settings == "ALLOW_INTERNAL_ONLY"
    error_message = "Nobody but the push subscription may call the function."
  }
}
