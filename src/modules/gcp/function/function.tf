# A Cloud Run function that HTTP requests or the events of a trigger reach. It runs and is built as two service accounts
# of its own.

resource "google_cloudfunctions2_function" "this" {
  project     = var.project_id
  name        = var.name
  location    = var.region
  description = var.description

  build_config {
    runtime           = var.runtime
    entry_point       = var.entry_point
    service_account   = google_service_account.build.id
    docker_repository = google_artifact_registry_repository.images.id

    source {
      storage_source {
        bucket = google_storage_bucket.source.name
        object = google_storage_bucket_object.package.name
      }
    }

    # Security updates of the base image without a new deployment.
    automatic_update_policy {}
  }

  service_config {
    service_account_email = google_service_account.run.email
    environment_variables = var.environment

    available_memory = "${var.memory_mb}Mi"
    # More than one request at once needs a whole CPU.
    available_cpu                    = "1"
    timeout_seconds                  = var.timeout_seconds
    max_instance_request_concurrency = var.concurrency
    max_instance_count               = local.max_instances
    min_instance_count               = var.min_instances

    # Open to the network for a public API; who may call is decided by IAM. The URL has TLS 1.2 or newer, always.
    ingress_settings = var.ingress

    direct_vpc_egress = var.vpc == null ? null : var.vpc.egress

    dynamic "direct_vpc_network_interface" {
      for_each = var.vpc == null ? [] : [var.vpc]

      content {
        network    = direct_vpc_network_interface.value.network
        subnetwork = direct_vpc_network_interface.value.subnetwork
        tags       = direct_vpc_network_interface.value.tags
      }
    }
  }

  # Eventarc calls the function as an account that may do nothing else.
  dynamic "event_trigger" {
    for_each = var.event_trigger == null ? [] : [var.event_trigger]

    content {
      event_type            = event_trigger.value.event_type
      pubsub_topic          = event_trigger.value.pubsub_topic
      trigger_region        = coalesce(event_trigger.value.region, var.region)
      service_account_email = google_service_account.trigger[0].email
      # Off by default, and then an event that fails once is gone.
      retry_policy = "RETRY_POLICY_RETRY"

      dynamic "event_filters" {
        for_each = event_trigger.value.filters

        content {
          attribute = event_filters.key
          value     = event_filters.value
        }
      }
    }
  }

  labels = var.labels

  depends_on = [time_sleep.permissions, google_project_iam_member.trigger]
}

# The build starts at once, but a permission takes a minute to be known everywhere.
# https://cloud.google.com/iam/docs/access-change-propagation
resource "time_sleep" "permissions" {
  create_duration = "60s"

  triggers = {
    build_account = google_service_account.build.email
  }

  depends_on = [
    google_artifact_registry_repository_iam_member.build,
    google_project_iam_member.build_logs,
    google_project_iam_member.build_source,
  ]
}

locals {
  max_instances = max(ceil(var.max_concurrency / var.concurrency), var.min_instances, 1)
}

# Who may call. `allUsers` only where the stack declares the API public and says why.
resource "google_cloud_run_v2_service_iam_member" "invoker" {
  for_each = var.authorization.type == "NONE" ? toset(["allUsers"]) : var.authorization.members

  project  = var.project_id
  location = var.region
  name     = google_cloudfunctions2_function.this.name
  role     = "roles/run.invoker"
  member   = each.value
}
