variable "alerts" {
  description = "Who is told and when: notification channels; share of 5xx answers; p99 latency in milliseconds; share of the allowed instances."
  type = object({
    instance_ratio        = optional(number, 0.8)
    latency_p99_ms        = optional(number, 3000)
    notification_channels = optional(list(string), [])
    server_error_ratio    = optional(number, 0.01)
  })
  default = {}
}

variable "authorization" {
  description = "Who may call: NONE (declared public; reason says why) or IAM (the listed members, such as serviceAccount:caller@...). Triggers and push subscriptions bring their own callers."
  type = object({
    members = optional(set(string), [])
    reason  = optional(string)
    type    = string
  })
  default = { type = "IAM" }

  validation {
    condition     = contains(["NONE", "IAM"], var.authorization.type)
    error_message = "authorization.type must be NONE or IAM."
  }

  validation {
    condition     = var.authorization.type != "NONE" || length(coalesce(var.authorization.reason, " ")) >= 20
    error_message = "A public API needs a reason: set authorization.reason to a sentence, or choose IAM."
  }

  validation {
    condition     = length(setintersection(var.authorization.members, ["allUsers", "allAuthenticatedUsers"])) == 0
    error_message = "authorization.members must name callers. To let everybody call, set type to NONE and give the reason."
  }
}

variable "concurrency" {
  description = "Requests that one instance takes at once."
  type        = number
  default     = 20

  validation {
    condition     = var.concurrency >= 1 && var.concurrency <= 1000
    error_message = "concurrency must be between 1 and 1000."
  }
}

variable "description" {
  description = "What the function does."
  type        = string
}

variable "entry_point" {
  description = "Name under which the code registers the function."
  type        = string
}

variable "environment" {
  description = "Environment variables. No secrets: those come from Secret Manager."
  type        = map(string)
  default     = {}
}

variable "event_trigger" {
  description = "Events that call the function, at least once and again when it fails: type; filters by attribute; topic (for messages of Pub/Sub); region of their source, null for that of the function. null for an HTTP function."
  type = object({
    event_type   = string
    filters      = optional(map(string), {})
    pubsub_topic = optional(string)
    region       = optional(string)
  })
  default = null

  validation {
    condition     = var.event_trigger == null || try((var.event_trigger.event_type == "google.cloud.pubsub.topic.v1.messagePublished") == (var.event_trigger.pubsub_topic != null), false)
    error_message = "event_trigger.pubsub_topic goes with the event type google.cloud.pubsub.topic.v1.messagePublished, and with no other."
  }
}

variable "ingress" {
  description = "From where requests are taken: ALLOW_ALL, ALLOW_INTERNAL_ONLY or ALLOW_INTERNAL_AND_GCLB."
  type        = string
  default     = "ALLOW_ALL"

  validation {
    condition     = contains(["ALLOW_ALL", "ALLOW_INTERNAL_ONLY", "ALLOW_INTERNAL_AND_GCLB"], var.ingress)
    error_message = "ingress must be ALLOW_ALL, ALLOW_INTERNAL_ONLY or ALLOW_INTERNAL_AND_GCLB."
  }
}

variable "labels" {
  description = "Labels of every resource."
  type        = map(string)
}

variable "max_concurrency" {
  description = "Most requests at once; the number of instances follows from it. Also a cap on cost."
  type        = number

  validation {
    condition     = var.max_concurrency >= 1
    error_message = "max_concurrency must be at least 1."
  }
}

variable "memory_mb" {
  description = "Memory of an instance in MiB."
  type        = number

  validation {
    condition     = var.memory_mb >= 128 && var.memory_mb <= 4096
    error_message = "memory_mb must be between 128 and 4096, what goes with one CPU."
  }
}

variable "min_instances" {
  description = "Instances kept ready around the clock, at a price; 0 for none."
  type        = number
  default     = 0

  validation {
    condition     = var.min_instances >= 0
    error_message = "min_instances must not be negative."
  }
}

variable "name" {
  description = "Name of the function."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,47}[a-z0-9]$", var.name))
    error_message = "name must have 2 to 49 lower-case letters, digits and hyphens and start with a letter."
  }
}

variable "package_path" {
  description = "Path of the zip with the built function."
  type        = string
}

variable "project_id" {
  description = "Google Cloud project."
  type        = string
}

variable "region" {
  description = "Region of the function."
  type        = string
}

variable "runtime" {
  description = "Runtime of the function."
  type        = string

  validation {
    condition     = contains(["nodejs22", "nodejs24"], var.runtime)
    error_message = "runtime must be one that Google still supports: nodejs22 or nodejs24."
  }
}

variable "timeout_seconds" {
  description = "Time after which a request is ended."
  type        = number

  validation {
    condition     = var.timeout_seconds >= 1 && var.timeout_seconds <= 3600
    error_message = "timeout_seconds must be between 1 and 3600."
  }
}

variable "vpc" {
  description = "Network and subnetwork through which the function sends its requests (direct VPC egress): all of them or those to private addresses; null for none."
  type = object({
    egress     = optional(string, "VPC_EGRESS_ALL_TRAFFIC")
    network    = string
    subnetwork = string
    tags       = optional(list(string), [])
  })
  default = null
}
