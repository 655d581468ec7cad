variable "action_group_id" {
  description = "Action group that the alerts notify; null for alerts that only show in the portal."
  type        = string
  default     = null
}

variable "authorization" {
  description = "Who may call the runbook's functions, beside having a function key: NONE (whoever has the key) or JWT (Entra ID tokens: issuer, audience, client_id), with which the audit knows who it was."
  type = object({
    audience  = optional(set(string), [])
    client_id = optional(string)
    issuer    = optional(string)
    reason    = optional(string)
    type      = string
  })
  default = {
    type   = "NONE"
    reason = "Every function asks for its key; JWT asks for a person's sign-in as well."
  }
}

variable "autoscale_max_ru_per_second" {
  description = "Throughput in RU/s that each container scales up to; null for serverless, which ends at 5,000 RU/s."
  type        = number
  default     = null
}

variable "budget" {
  description = "Monthly cost of the resource group in the currency of the bill, the addresses to tell at 80 % spent and 100 % forecast, and the first day of the month to count from; null for no budget."
  type = object({
    emails         = list(string)
    monthly_amount = number
    start_date     = string
  })
  default = null

  validation {
    condition     = var.budget == null || try(var.budget.monthly_amount > 0 && length(var.budget.emails) > 0, false)
    error_message = "budget needs monthly_amount above 0 and at least one address in emails."
  }

  validation {
    condition     = var.budget == null || can(regex("^\\d{4}-\\d{2}-01T00:00:00Z$", var.budget.start_date))
    error_message = "budget.start_date must be the first of a month, such as 2026-01-01T00:00:00Z."
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

variable "location" {
  description = "Azure region, one that offers Flex Consumption."
  type        = string
  default     = "eastus2"
}

variable "log_daily_quota_gb" {
  description = "Most telemetry taken in a day, a cap on cost; null for the default of all stacks."
  type        = number
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
  description = "Days that telemetry is kept; null for the default of all stacks."
  type        = number
  default     = null
}

variable "max_concurrency" {
  description = "Most messages at once, from which the number of instances follows; null for the default of all stacks."
  type        = number
  default     = null
}

variable "max_deliveries" {
  description = "Deliveries after which a message becomes a dead letter."
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
  description = "Memory that the app needs (the next of 512, 2048 and 4096 is taken); null for the default of all stacks."
  type        = number
  default     = null
}

variable "project_name" {
  description = "Short name of the project, the beginning of every resource name."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,19}$", var.project_name))
    error_message = "project_name must have 2 to 20 lower-case letters, digits and hyphens and start with a letter."
  }
}

variable "publish_package" {
  description = "Whether Terraform publishes the package with the Azure CLI; false if a pipeline does."
  type        = bool
  default     = true
}

variable "queue_retention_days" {
  description = "Days that a message waits for the function; null for 4."
  type        = number
  default     = null
}

variable "runtime" {
  description = "Major version of Node.js; null for the default of all stacks."
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

variable "subscription_id" {
  description = "Subscription to deploy to; null for ARM_SUBSCRIPTION_ID."
  type        = string
  default     = null
}

variable "timeout_seconds" {
  description = "Time after which the host ends an invocation; null for the default of all stacks."
  type        = number
  default     = null
}
