variable "alarm_topic_arn" {
  description = "SNS topic that the alarms notify; null for alarms that only show in the console."
  type        = string
  default     = null
}

variable "authorization" {
  description = "Who may call the API: NONE (public, with the reason), JWT (issuer, audience, scopes) or AWS_IAM."
  type = object({
    audience = optional(set(string), [])
    issuer   = optional(string)
    reason   = optional(string)
    scopes   = optional(set(string), [])
    type     = string
  })
  default = {
    type   = "NONE"
    reason = "The items are public demonstration data, and the quick start calls the API without credentials."
  }
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

variable "cors_origins" {
  description = "Origins of web pages that may call the API, such as https://app.example.com; empty for none."
  type        = set(string)
  default     = []
}

variable "environment" {
  description = "Stage of the deployment. Every stage but dev is protected from deletion and kept warm."
  type        = string
  default     = "dev"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,9}$", var.environment))
    error_message = "environment must have 1 to 10 lower-case letters, digits and hyphens and start with a letter, such as dev, staging or prod."
  }
}

variable "keep_warm" {
  description = "Whether a schedule keeps one instance warm; null for yes, except in dev. Without effect beside provisioned concurrency."
  type        = bool
  default     = null
}

variable "keep_warm_schedule" {
  description = "How often the instance is called, as an EventBridge Scheduler expression; null for the default of all stacks."
  type        = string
  default     = null
}

variable "kms_key_arn" {
  description = "Customer-managed KMS key for tables, logs, environment and schedule; null for the services' own keys. Its policy must admit CloudWatch Logs, EventBridge Scheduler and DynamoDB."
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

variable "private_network" {
  description = "Runs the function in a VPC of its own that reaches only the two tables: its /16 and availability zones; null for no VPC."
  type = object({
    availability_zones = optional(set(string), ["a", "b"])
    cidr_block         = optional(string, "10.20.0.0/16")
  })
  default = null
}

variable "project_name" {
  description = "Short name of the project, the beginning of every resource name."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,19}$", var.project_name))
    error_message = "project_name must have 2 to 20 lower-case letters, digits and hyphens and start with a letter."
  }
}

variable "provisioned_concurrency" {
  description = "Instances kept ready around the clock, at a price; null for the default of all stacks (none)."
  type        = number
  default     = null
}

variable "region" {
  description = "AWS region."
  type        = string
  default     = "us-east-1"
}

variable "reserved_concurrency" {
  description = "Most requests at once; -1 for no limit of its own, which accounts with a concurrency limit below 150 need; null for the default of all stacks."
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

variable "throttle" {
  description = "Requests per second that the API lets through, and how many may come at once; null for the defaults of all stacks."
  type = object({
    burst_requests      = optional(number)
    requests_per_second = optional(number)
  })
  default = {}
}

variable "timeout_seconds" {
  description = "Time after which a request is ended, at most 29 because the API waits 30 seconds; null for the default of all stacks."
  type        = number
  default     = null

  validation {
    condition     = var.timeout_seconds == null || try(var.timeout_seconds >= 1 && var.timeout_seconds <= 29, false)
    error_message = "timeout_seconds must be between 1 and 29: an HTTP API gives up after 30 seconds."
  }
}

variable "tracing" {
  description = "Whether X-Ray traces the requests; null for the default of all stacks."
  type        = bool
  default     = null
}
