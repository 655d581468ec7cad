# What `terraform apply -var project_name=acme -var project_id=...` makes, and what each function may do.

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
    error_message = "After five deliveries a job must go to the dead letters."
  }

  assert {
    condition     = module.consumer.subscription.ack_deadline_seconds == module.worker.function.service_config[0].timeout_seconds
    error_message = "A push must last as long as the worker may take, or a second one begins beside it."
  }

  assert {
    condition     = module.worker.function.service_config[0].max_instance_count * module.worker.function.service_config[0].max_instance_request_concurrency <= 80
    error_message = "The worker's concurrency must be capped."
  }
}

run "results_that_go_before_the_last_copy_of_their_job" {
  command = plan

  variables {
    result_retention_days = 20
  }

  expect_failures = [var.result_retention_days]
}

run "alarms" {
  command = apply

  assert {
    condition = alltrue([
      for alarm in ["dead-letters", "oldest-message-age", "submit-5xx", "worker-5xx"] : contains(output.alarm_names, "acme-dev-async-processor-${alarm}")
    ])
    error_message = "Alerts must watch dead letters, the age of the oldest job and errors of both functions."
  }
}

run "least_privilege" {
  command = apply

  assert {
    condition     = google_project_iam_custom_role.results.permissions == toset(["storage.objects.create", "storage.objects.get", "storage.objects.list"])
    error_message = "The worker must write results once and read them, and neither replace nor delete them."
  }

  assert {
    condition     = google_pubsub_topic_iam_member.jobs.topic == "acme-dev-async-processor" && google_pubsub_topic_iam_member.dead_letters.topic == "acme-dev-async-processor-dead-letter"
    error_message = "One function publishes jobs, the other one dead letters."
  }

  assert {
    condition     = length(module.worker.invokers) == 0 && module.worker.function.service_config[0].ingress_settings == "ALLOW_INTERNAL_ONLY"
    error_message = "Nobody but the push subscription may call the worker."
  }
}
