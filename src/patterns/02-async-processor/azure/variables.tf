variable "action_group_id" {
  description = "Action group that the alerts notify; null for alerts that only show in the portal."
  type        = string
  default     = null
}

variable "authorization" {
  description = "Who may call the API: NONE (public, with the reason) or JWT (Entra ID tokens: issuer, audience, client_id)."
  type = object({
    audience  = optional(set(string), [])
    client_id = optional(string)
    issuer    = optional(string)
    reason    = optional(string)
    type      = string
  })
  default = {
    type   = "NONE"
    reason = "The jobs are demonstration data, and the quick start calls the API without credentials."
  }
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

variable "cors_origins" {
  description = "Origins of web pages that may call the API, such as https://app.example.com; empty for none."
  type        = set(string)
  default     = []
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
  description = "Most requests and jobs at once, from which the number of instances follows; null for the default of all stacks."
  type        = number
  default     = null
}

variable "max_deliveries" {
  description = "Deliveries after which a job becomes a dead letter."
  type        = number
  default     = 5
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
  description = "Days that a job waits for the worker; null for 4."
  type        = number
  default     = null
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
  description = "Major version of Node.js; null for the default of all stacks."
  type        = string
  default     = null
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
