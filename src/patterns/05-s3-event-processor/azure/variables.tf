variable "action_group_id" {
  description = "Action group that the alerts notify; null for alerts that only show in the portal."
  type        = string
  default     = null
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

variable "max_object_mb" {
  description = "Size of the largest file that is indexed, in megabytes; a larger one becomes a dead letter."
  type        = number
  default     = 1000
}

variable "memory_mb" {
  description = "Memory of an instance, which works on several files. The size of files does not matter to it."
  type        = number
  default     = 512
}

variable "noncurrent_days" {
  description = "Days that a replaced or deleted version of a file is kept: longer than its notification can wait, be it in the queue or as a dead letter."
  type        = number
  default     = 30
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

variable "subscription_id" {
  description = "Subscription to deploy to; null for ARM_SUBSCRIPTION_ID."
  type        = string
  default     = null
}

variable "timeout_seconds" {
  description = "Time after which the work on a file ends. A file that needs more goes on where it was in the next delivery."
  type        = number
  default     = 230

  validation {
    condition     = var.timeout_seconds >= 60 && var.timeout_seconds <= 230
    error_message = "timeout_seconds must be between 60 and 230."
  }
}
