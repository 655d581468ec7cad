variable "alarms" {
  description = "Who is told and when: SNS topic; errors and throttles per minute; share of the timeout that the p99 duration may reach."
  type = object({
    duration_of_timeout = optional(number, 0.8)
    error_count         = optional(number, 1)
    throttle_count      = optional(number, 1)
    topic_arn           = optional(string)
  })
  default = {}
}

variable "async" {
  description = "For asynchronous calls: SQS queue for events that failed for good; how often and how long Lambda tries them again. null for a function that nobody calls asynchronously."
  type = object({
    failure_queue_arn         = string
    maximum_event_age_seconds = optional(number, 21600)
    maximum_retry_attempts    = optional(number, 2)
  })
  default = null

  validation {
    condition     = var.async == null || try(var.async.maximum_retry_attempts >= 0 && var.async.maximum_retry_attempts <= 2 && var.async.maximum_event_age_seconds >= 60 && var.async.maximum_event_age_seconds <= 21600, false)
    error_message = "async.maximum_retry_attempts must be between 0 and 2, async.maximum_event_age_seconds between 60 and 21600."
  }
}

variable "description" {
  description = "What the function does, for the people who find it in the console."
  type        = string
}

variable "environment" {
  description = "Environment variables. No secrets: those come from Secrets Manager at run time."
  type        = map(string)
  default     = {}
}

variable "handler" {
  description = "File and export that Lambda calls."
  type        = string
  default     = "index.handler"
}

variable "keep_warm" {
  description = "Schedule (EventBridge Scheduler expression) and event of the calls that keep one instance warm; null for none."
  type = object({
    event    = any
    schedule = string
  })
  default = null
}

variable "kms_key_arn" {
  description = "Customer-managed key for environment, log group and schedule; null for the services' own keys."
  type        = string
  default     = null
}

variable "log_level" {
  description = "Least severe level that is logged."
  type        = string
  default     = "info"

  validation {
    condition     = contains(["debug", "info", "warn", "error"], var.log_level)
    error_message = "log_level must be debug, info, warn or error."
  }
}

variable "log_retention_days" {
  description = "Days that log lines are kept."
  type        = number
  default     = 30

  validation {
    condition = contains(
      [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
      var.log_retention_days,
    )
    error_message = "log_retention_days must be a value that CloudWatch Logs knows: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731 or a number of years."
  }
}

variable "memory_mb" {
  description = "Memory; the share of CPU grows with it."
  type        = number

  validation {
    condition     = var.memory_mb >= 128 && var.memory_mb <= 10240
    error_message = "memory_mb must be between 128 and 10240."
  }
}

variable "name" {
  description = "Name of the function, its role and its log group."
  type        = string

  validation {
    # 64 characters are allowed; "-keep-warm" is appended to the name of a second role.
    condition     = can(regex("^[a-zA-Z0-9-_]{1,54}$", var.name))
    error_message = "name must have 1 to 54 letters, digits, hyphens or underscores."
  }
}

variable "network" {
  description = "Subnets and security groups of a VPC to run in; null to run outside a VPC."
  type = object({
    security_group_ids = set(string)
    subnet_ids         = set(string)
  })
  default = null
}

variable "package_path" {
  description = "Path of the zip with the built function."
  type        = string
}

variable "provisioned_concurrency" {
  description = "Instances kept ready around the clock, at a price; 0 for none."
  type        = number
  default     = 0
}

variable "reserved_concurrency" {
  description = "Most requests at once, taken from the account's limit; -1 for no limit of its own (needed in new accounts, whose limit of 10 leaves nothing to reserve)."
  type        = number

  validation {
    condition     = var.reserved_concurrency == -1 || var.reserved_concurrency >= 1
    error_message = "reserved_concurrency must be at least 1, or -1 for none. With 0 Lambda would refuse every call."
  }
}

variable "runtime" {
  description = "Lambda runtime."
  type        = string

  validation {
    condition     = contains(["nodejs22.x", "nodejs24.x"], var.runtime)
    error_message = "runtime must be one that Lambda still supports: nodejs22.x or nodejs24.x."
  }
}

variable "signing_profile_version_arns" {
  description = "AWS Signer profile versions whose packages may be deployed; empty to accept unsigned packages."
  type        = set(string)
  default     = []
}

variable "tags" {
  description = "Tags of every resource."
  type        = map(string)
}

variable "timeout_seconds" {
  description = "Time after which Lambda ends an invocation."
  type        = number

  validation {
    condition     = var.timeout_seconds >= 1 && var.timeout_seconds <= 900
    error_message = "timeout_seconds must be between 1 and 900."
  }
}

variable "tracing" {
  description = "Whether X-Ray traces the invocations."
  type        = bool
  default     = true
}
