variable "alarm_topic_arn" {
  description = "SNS topic that the alarms notify; null for alarms that only show in the console."
  type        = string
  default     = null
}

variable "budget" {
  description = "Monthly cost in USD of the project and the addresses to tell at 80 % spent and 100 % forecast; null for no budget."
  type = object({
    emails      = set(string)
    monthly_usd = number
  })
  default = null

  validation {
    condition     = var.budget == null || try(var.budget.monthly_usd > 0 && length(var.budget.emails) > 0, false)
    error_message = "budget needs monthly_usd above 0 and at least one address in emails."
  }
}

variable "dead_letter_retention_days" {
  description = "Days that a dead letter is kept, counted from when the message was sent; null for the default of all stacks."
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

variable "kms_key_arn" {
  description = "Customer-managed KMS key for queues, tables, logs and environment; null for the services' own keys. Its policy must admit CloudWatch Logs, DynamoDB and SQS."
  type        = string
  default     = null
}

variable "log_level" {
  description = "Least severe level that is logged: debug, info, warn or error; null for the default of all stacks."
  type        = string
  default     = null
}

variable "log_retention_days" {
  description = "Days that log lines are kept; null for the default of all stacks."
  type        = number
  default     = null
}

variable "max_receives" {
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

variable "max_request_units" {
  description = "Read and write request units per second that each table never exceeds, a cap on cost; null for none."
  type = object({
    read  = number
    write = number
  })
  default = null
}

variable "memory_mb" {
  description = "Memory of the function; null for the default of all stacks."
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

variable "queue_retention_days" {
  description = "Days that a message waits for the function; null for 4."
  type        = number
  default     = null
}

variable "region" {
  description = "AWS region."
  type        = string
  default     = "us-east-1"
}

variable "reserved_concurrency" {
  description = "Most batches at once; -1 for no limit of the function's own, which accounts with a concurrency limit below 150 need; null for the default of all stacks."
  type        = number
  default     = null
}

variable "runtime" {
  description = "Lambda runtime; null for the default of all stacks."
  type        = string
  default     = null
}

variable "signing_profile_version_arns" {
  description = "AWS Signer profile versions whose packages may be deployed; empty to accept unsigned packages."
  type        = set(string)
  default     = []
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
  description = "Time after which Lambda ends a batch; null for the default of all stacks."
  type        = number
  default     = null
}

variable "tracing" {
  description = "Whether X-Ray traces the invocations; null for the default of all stacks."
  type        = bool
  default     = null
}
