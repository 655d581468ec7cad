# What the module makes, and what it refuses.

mock_provider "google" {
  mock_data "google_storage_project_service_account" {
    defaults = { member = "serviceAccount:service-1@gs-project-accounts.iam.gserviceaccount.com" }
  }
}

variables {
  bucket_name = "acme-uploads"
  project_id  = "acme-project"
  topic_id    = "projects/acme-project/topics/acme-objects"
}

run "new_objects" {
  command = apply

  assert {
    condition     = google_storage_notification.this.event_types == toset(["OBJECT_FINALIZE"]) && google_storage_notification.this.payload_format == "JSON_API_V1"
    error_message = "Only new objects may be told of, with what they are."
  }

  assert {
    condition     = google_pubsub_topic_iam_member.publisher.member == "serviceAccount:service-1@gs-project-accounts.iam.gserviceaccount.com"
    error_message = "Cloud Storage's own service agent must be able to publish."
  }
}

run "below_a_prefix" {
  command = plan

  variables {
    prefix = "incoming/"
  }

  assert {
    condition     = google_storage_notification.this.object_name_prefix == "incoming/"
    error_message = "Only names with the prefix may be told of."
  }
}

run "topic_by_its_short_name" {
  command = plan

  variables {
    topic_id = "acme-objects"
  }

  expect_failures = [var.topic_id]
}
