variable "alerts" {
  description = "Who is told and when: notification channels; age of the oldest message in seconds."
  type = object({
    notification_channels      = optional(list(string), [])
    oldest_message_age_seconds = optional(number, 900)
  })
  default = {}
}

variable "backoff_seconds" {
  description = "Shortest and longest wait between two deliveries of a message."
  type = object({
    maximum = optional(number, 600)
    minimum = optional(number, 10)
  })
  default = {}

  validation {
    condition     = var.backoff_seconds.minimum >= 0 && var.backoff_seconds.minimum <= var.backoff_seconds.maximum && var.backoff_seconds.maximum <= 600
    error_message = "backoff_seconds must rise and lie between 0 and 600."
  }
}

variable "dead_letter_topic_id" {
  description = "Id of the topic that takes what cannot be processed."
  type        = string
}

variable "filter" {
  description = "Filter over the attributes of messages, such as attributes.kind = \"order\"; null for all messages. It cannot be changed later."
  type        = string
  default     = null
}

variable "function" {
  description = "The function: name of its Cloud Run service, region, timeout and URL."
  type = object({
    name            = string
    region          = string
    timeout_seconds = number
    url             = string
  })
}

variable "labels" {
  description = "Labels of every resource."
  type        = map(string)
}

variable "max_deliveries" {
  description = "Deliveries, about, after which a message becomes a dead letter."
  type        = number
  default     = 5

  validation {
    condition     = var.max_deliveries >= 5 && var.max_deliveries <= 100
    error_message = "max_deliveries must be between 5 and 100."
  }
}

variable "name" {
  description = "Name of the subscription."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,199}$", var.name)) && !startswith(var.name, "goog")
    error_message = "name must have 3 to 200 lower-case letters, digits and hyphens, start with a letter and not with goog."
  }
}

variable "ordered" {
  description = "Whether messages with the same ordering key come one after the other. It cannot be changed later."
  type        = bool
  default     = false
}

variable "path" {
  description = "Path that is called, with a slash at the beginning; empty for the root."
  type        = string
  default     = ""
}

variable "project_id" {
  description = "Google Cloud project."
  type        = string
}

variable "retention_days" {
  description = "Days that a message waits for the function."
  type        = number
  default     = 4

  validation {
    condition     = var.retention_days >= 1 && var.retention_days <= 31
    error_message = "retention_days must be between 1 and 31."
  }
}

variable "topic_id" {
  description = "Id of the topic."
  type        = string
}
