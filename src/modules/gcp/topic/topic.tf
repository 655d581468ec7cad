# A Pub/Sub topic, and a second one for the messages that no subscriber can process, where a subscription keeps them.

resource "google_pubsub_topic" "this" {
  project = var.project_id
  name    = var.name
  # Google encrypts with its own key otherwise.
  kms_key_name = var.kms_key_name

  labels = var.labels
}

# Subscribers that must not share their dead letters each take the module `dead-letters` instead.
module "dead_letters" {
  count  = var.dead_letter_retention_days == null ? 0 : 1
  source = "../dead-letters"

  project_id     = var.project_id
  name           = var.name
  retention_days = var.dead_letter_retention_days
  kms_key_name   = var.kms_key_name
  alerts         = var.alerts

  labels = var.labels
}
