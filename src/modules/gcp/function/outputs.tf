output "alerts" {
  description = "The alert policies of the function, by what they watch."
  value = {
    instances     = google_monitoring_alert_policy.instances
    latency       = google_monitoring_alert_policy.latency
    server_errors = google_monitoring_alert_policy.server_errors
  }
}

output "function" {
  description = "The function."
  value       = google_cloudfunctions2_function.this
}

output "identity" {
  description = "The service account that the function runs as."
  value       = google_service_account.run
}

output "invokers" {
  description = "Who may call, by member."
  value       = google_cloud_run_v2_service_iam_member.invoker
}

output "roles" {
  description = "The project roles that this module grants: to the build of the function, and none to the function itself."
  value = {
    build = [google_project_iam_member.build_logs, google_project_iam_member.build_source]
  }
}

output "source_bucket" {
  description = "The bucket with the package."
  value       = google_storage_bucket.source
}

output "source_object_name" {
  description = "Name of the deployed package in the bucket."
  value       = google_storage_bucket_object.package.name
}

output "trigger_identity" {
  description = "The service account that events call the function as, or null."
  value       = one(google_service_account.trigger[*])
}

output "url" {
  description = "Where the function is called, without a slash at the end."
  value       = google_cloudfunctions2_function.this.service_config[0].uri
}
