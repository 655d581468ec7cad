variable "alerts" {
  description = "Who is told and when: notification channels; dead letters."
  type = object({
    dead_letter_count     = optional(number, 1)
    notification_channels = optional(list(string), [])
  })
  default = {}
}

variable "dead_letter_retention_days" {
  description = "Days that a dead letter is kept; null for no dead letters here: each subscriber has its own."
  type        = number

  validation {
    condition     = var.dead_letter_retention_days == null || try(var.dead_letter_retention_days >= 1 && var.dead_letter_retention_days <= 31, false)
    error_message = "dead_letter_retention_days must be between 1 and 31, the most that Pub/Sub keeps."
  }
}

variable "kms_key_name" {
  description = "Customer-managed key of both topics; null for Google's own."
  type        = string
  default     = null
}

variable "labels" {
  description = "Labels of every resource."
  type        = map(string)
}

variable "name" {
  description = "Name of the topic; its dead letters go to the topic <name>-dead-letter and stay in the subscription <name>-dead-letter-queue."
  type        = string

  validation {
    condition     = can(regex("^[a-zA-Z][a-zA-Z0-9-]{2,199}$", var.name)) && !startswith(lower(var.name), "goog")
    error_message = "name must have 3 to 200 letters, digits and hyphens, start with a letter and not with goog."
  }
}

variable "project_id" {
  description = "Google Cloud project."
  type        = string
}
