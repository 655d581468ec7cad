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

run "dead_letters_are_guarded" {
  command = apply

  assert {
    condition     = module.orders.dead_letter_subscription.message_retention_duration == "${yamldecode(file("../../../../configs/serverless-defaults.yaml")).error_handling.dlq_retention_days * 86400}s"
    error_message = "The retention of dead letters must come from configs/serverless-defaults.yaml."
  }

  assert {
    condition     = google_monitoring_alert_policy.dead_letter_age.conditions[0].condition_threshold[0].threshold_value == 11 * 86400
    error_message = "Somebody must be told three days before a dead letter is lost."
  }
}

run "least_privilege" {
  command = apply

  assert {
    condition     = google_project_iam_custom_role.documents["runbook"].permissions == toset(["datastore.entities.create", "datastore.entities.update"])
    error_message = "Audit records can be written, and neither read nor deleted."
  }

  assert {
    condition     = length(module.worker.invokers) == 0 && module.worker.function.service_config[0].ingress_settings == "ALLOW_INTERNAL_ONLY"
    error_message = "Nobody but the push subscription may call the worker."
  }

  assert {
    condition     = google_cloud_run_v2_service_iam_member.operator.role == "roles/run.invoker"
    error_message = "The operator may call the runbook."
  }
}
