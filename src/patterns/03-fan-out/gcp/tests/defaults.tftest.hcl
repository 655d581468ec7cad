# What `terraform apply -var project_name=acme -var project_id=...` makes, and what the functions may do.

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

run "branches" {
  command = apply

  assert {
    condition     = module.consumer["inventory"].subscription.filter == "attributes.delivery = \"shipping\"" && module.consumer["invoice"].subscription.filter == "attributes.payment = \"invoice\"" && module.consumer["notification"].subscription.filter == null
    error_message = "The filters must say what `concerns` says in branches.ts."
  }

  assert {
    condition     = toset([for function in module.branch : function.function.build_config[0].entry_point]) == toset(["inventory", "invoice", "notification"])
    error_message = "Each branch must have a function of its own."
  }

  assert {
    condition     = module.dead_letters["invoice"].subscription.name == "acme-dev-fan-out-invoice-dead-letter-queue" && module.consumer["invoice"].subscription.dead_letter_policy[0].max_delivery_attempts == 5
    error_message = "After five deliveries a message must go to the branch's own dead letters."
  }
}

run "deadline" {
  command = apply

  variables {
    deadline_seconds = 120
  }

  assert {
    condition     = module.api.function.service_config[0].environment_variables["DEADLINE_SECONDS"] == "120" && module.consumer["invoice"].alerts.oldest_message_age.conditions[0].condition_threshold[0].threshold_value == 120
    error_message = "The functions must know the deadline, and the alert must go off when a branch misses it."
  }
}

run "records_outlive_every_copy" {
  command = apply

  assert {
    condition     = module.api.function.service_config[0].environment_variables["RECORD_RETENTION_DAYS"] == "23" && sort(keys(module.firestore.ttl_fields)) == tolist(["orders"])
    error_message = "Records must outlive 4 days in a subscription, 14 as a dead letter and 4 after a redrive."
  }
}

run "least_privilege" {
  command = apply

  assert {
    condition     = google_project_iam_custom_role.api_documents.permissions == toset(["datastore.entities.create", "datastore.entities.get"])
    error_message = "The API must create and read documents, and nothing else."
  }

  assert {
    condition     = !contains(google_project_iam_custom_role.branch_documents.permissions, "datastore.entities.delete")
    error_message = "No branch may delete documents."
  }

  assert {
    condition     = google_pubsub_topic_iam_member.dead_letters["invoice"].topic == "acme-dev-fan-out-invoice-dead-letter" && google_pubsub_topic_iam_member.publish.topic == "acme-dev-fan-out"
    error_message = "Each function may publish to its own topics only."
  }

  assert {
    condition     = alltrue([for function in module.branch : length(function.invokers) == 0 && function.function.service_config[0].ingress_settings == "ALLOW_INTERNAL_ONLY"])
    error_message = "Nobody but the push subscriptions may call the branches."
  }
}
