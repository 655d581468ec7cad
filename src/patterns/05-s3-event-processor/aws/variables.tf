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
  description = "Days that a dead letter is kept, counted from when the message was first sent; null for the default of all stacks."
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
  description = "Customer-managed KMS key for bucket, queues, table, logs and environment; null for the services' own keys. Its policy must admit CloudWatch Logs, DynamoDB, EventBridge, S3 and SQS."
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

variable "max_object_mb" {
  description = "Size of the largest file that is indexed, in megabytes; a larger one becomes a dead letter."
  type        = number
  default     = 1000
}

variable "max_receives" {
  description = "Deliveries after which a message becomes a dead letter."
  type        = number
  default     = 5
}

variable "max_request_units" {
  description = "Read and write request units per second that the table never exceeds, a cap on cost; null for none."
  type = object({
    read  = number
    write = number
  })
  default = null
}

variable "memory_mb" {
  description = "Memory of the function. The size of files does not matter to it; the share of CPU, and with it the speed, grows with it."
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
  description = "Most files at once; -1 for no limit of the function's own, which accounts with a concurrency limit below 150 need; null for the default of all stacks."
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

variable "timeout_seconds" {
  description = "Time after which Lambda ends the work on a file. A file that needs more goes on where it was in the next delivery."
  type        = number
  default     = 300

  validation {
    condition     = var.timeout_seconds >= 60 && var.timeout_seconds <= 900
    error_message = "timeout_seconds must be between 60 and 900."
  }
}

variable "tracing" {
  description = "Whether X-Ray traces the invocations; null for the default of all stacks."
  type        = bool
  default     = null
}
