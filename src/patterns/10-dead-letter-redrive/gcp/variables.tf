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

variable "firestore_location" {
  description = "Region or multi-region of the database; null for the region of the function."
  type        = string
  default     = null
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
  description = "Most messages at once, from which the number of instances follows; null for the default of all stacks."
  type        = number
  default     = null
}

variable "max_deliveries" {
  description = "Deliveries, about, after which a message becomes a dead letter."
  type        = number
  default     = 5
}

variable "max_redrives" {
  description = "Redrives after which a message that comes back is parked in the audit table."
  type        = number
  default     = 3

  validation {
    condition     = var.max_redrives >= 1
    error_message = "max_redrives must be at least 1."
  }
}

variable "max_redrives_per_second" {
  description = "Highest rate that a redrive may ask for: what the worker bears beside its usual load."
  type        = number
  default     = 50

  validation {
    condition     = var.max_redrives_per_second >= 0.1
    error_message = "max_redrives_per_second must be at least 0.1, the lowest rate of a redrive."
  }
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

variable "operators" {
  description = "Who may call the runbook's function beside the service account operator: members such as group:operations@example.com."
  type        = set(string)
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
  description = "Days that a message waits for the function; null for 4."
  type        = number
  default     = null
}

variable "region" {
  description = "Region of the function."
  type        = string
  default     = "us-central1"
}

variable "runtime" {
  description = "Runtime of the function; null for the default of all stacks."
  type        = string
  default     = null
}

variable "skus" {
  description = "What can be shipped; an order of anything else is a dead letter at once."
  type        = set(string)
  default     = ["kettle", "lamp", "mug"]

  validation {
    condition     = length(var.skus) > 0 && alltrue([for sku in var.skus : can(regex("^[a-zA-Z0-9_.-]{1,64}$", sku))])
    error_message = "skus needs at least one name of letters, digits, dots, hyphens and underscores."
  }
}

variable "timeout_seconds" {
  description = "Time after which a push is ended, at most 600; null for the default of all stacks."
  type        = number
  default     = null
}
