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
    reason = "The jobs are demonstration data, and the quick start calls the API without credentials."
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
  description = "Customer-managed KMS key for queues, bucket, logs and environment; null for the services' own keys. Its policy must admit CloudWatch Logs, S3 and SQS."
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

variable "memory_mb" {
  description = "Memory of each function; null for the default of all stacks."
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
  description = "Days that a job waits for the worker; null for 4."
  type        = number
  default     = null
}

variable "region" {
  description = "AWS region."
  type        = string
  default     = "us-east-1"
}

variable "reserved_concurrency" {
  description = "Most requests at once to the API; -1 for no limit of its own, which accounts with a concurrency limit below 150 need; null for the default of all stacks."
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
  description = "Time after which Lambda ends a batch of jobs; requests to the API end after at most 29 s; null for the default of all stacks."
  type        = number
  default     = null
}

variable "tracing" {
  description = "Whether X-Ray traces the invocations; null for the default of all stacks."
  type        = bool
  default     = null
}

variable "visibility_timeout_seconds" {
  description = "How long a job that was handed out stays hidden from others: at least six times the worker's timeout; null for that."
  type        = number
  default     = null

  validation {
    condition     = var.visibility_timeout_seconds == null || try(var.visibility_timeout_seconds >= 6 * local.timeout_seconds, false)
    error_message = "visibility_timeout_seconds must be at least ${6 * local.timeout_seconds}, six times the worker's timeout, or a job comes again while it is still being done. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html"
  }
}

variable "worker_concurrency" {
  description = "Most batches of jobs at once, which also caps what they cost; -1 for no limit of the function's own, which accounts with a concurrency limit below 150 need; null for the default of all stacks."
  type        = number
  default     = null
}
