variable "authorization" {
  description = "Who may call the API: NONE (public, with the reason) or IAM (the listed members)."
  type = object({
    members = optional(set(string), [])
    reason  = optional(string)
    type    = string
  })
  default = {
    type   = "NONE"
    reason = "The jobs are demonstration data, and the quick start calls the API without credentials."
  }
}

variable "budget" {
  description = "Monthly cost of the project in whole units of the billing account's currency, and the billing account; null for no budget. It tells the notification channels, or else the billing administrators, at 80 % spent and 100 % forecast."
  type = object({
    billing_account = string
    monthly_amount  = number
  })
  default = null

  validation {
    condition     = var.budget == null || try(var.budget.monthly_amount >= 1 && floor(var.budget.monthly_amount) == var.budget.monthly_amount, false)
    error_message = "budget.monthly_amount must be a whole number, at least 1."
  }
}

variable "dead_letter_retention_days" {
  description = "Days that a dead letter is kept; null for the default of all stacks."
  type        = number
  default     = null
}

variable "environment" {
  description = "Stage of the deployment. Every stage but dev is protected from deletion."
  type        = string
  default     = "dev"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,9}$", var.environment))
    error_message = "environment must have 1 to 10 lower-case letters, digits and hyphens and start with a letter, such as dev, staging or prod."
  }
}

variable "ingress" {
  description = "From where requests are taken: ALLOW_ALL (an API on the internet), ALLOW_INTERNAL_AND_GCLB (behind a load balancer) or ALLOW_INTERNAL_ONLY."
  type        = string
  default     = "ALLOW_ALL"
}

variable "log_level" {
  description = "Least severe level that is logged: debug, info, warn or error; null for the default of all stacks."
  type        = string
  default     = null

  validation {
    condition     = contains(["debug", "info", "warn", "error"], coalesce(var.log_level, "info"))
    error_message = "log_level must be debug, info, warn or error."
  }
}

variable "log_retention_days" {
  description = "Days that log lines are kept; null for the default of all stacks."
  type        = number
  default     = null
}

variable "max_concurrency" {
  description = "Most requests at once to the API, from which the number of instances follows; null for the default of all stacks."
  type        = number
  default     = null
}

variable "max_deliveries" {
  description = "Deliveries, about, after which a message becomes a dead letter."
  type        = number
  default     = 5
}

variable "memory_mb" {
  description = "Memory of an instance in MiB; null for the default of all stacks."
  type        = number
  default     = null
}

variable "notification_channels" {
  description = "Monitoring channels that the alerts notify; empty for alerts that only show in the console."
  type        = list(string)
  default     = []
}

variable "project_id" {
  description = "Google Cloud project to deploy to."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "project_id must be the id of a Google Cloud project: 6 to 30 lower-case letters, digits and hyphens."
  }
}

variable "project_name" {
  description = "Short name of the project, the beginning of every resource name."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,19}$", var.project_name))
    error_message = "project_name must have 2 to 20 lower-case letters, digits and hyphens and start with a letter."
  }
}

variable "queue_retention_days" {
  description = "Days that a job waits for the worker; null for 4."
  type        = number
  default     = null
}

variable "region" {
  description = "Region of functions and bucket."
  type        = string
  default     = "us-central1"
}

variable "result_retention_days" {
  description = "Days that a result is kept, no fewer than a copy of its job can come; null for 90, or more if jobs live longer."
  type        = number
  default     = null

  validation {
    condition     = var.result_retention_days == null || try(var.result_retention_days >= local.least_result_days, false)
    error_message = "result_retention_days must be at least ${local.least_result_days}: twice queue_retention_days, dead_letter_retention_days and a day. A copy of a job that comes when its result is gone would be done again."
  }
}

variable "runtime" {
  description = "Runtime of the functions; null for the default of all stacks."
  type        = string
  default     = null
}

variable "timeout_seconds" {
  description = "Time after which a request or a job is ended, at most 600; null for the default of all stacks."
  type        = number
  default     = null
}

variable "worker_concurrency" {
  description = "Most jobs at once, which also caps what they cost, and from which the number of instances follows; null for the default of all stacks."
  type        = number
  default     = null
}
