variable "alarms" {
  description = "Who is told and when: SNS topic; dead letters; age of the oldest message in seconds."
  type = object({
    dead_letter_count          = optional(number, 1)
    oldest_message_age_seconds = optional(number, 900)
    topic_arn                  = optional(string)
  })
  default = {}
}

variable "dead_letter_retention_days" {
  description = "Days that a dead letter is kept, counted from when the message was first sent."
  type        = number

  validation {
    condition     = var.dead_letter_retention_days >= 1 && var.dead_letter_retention_days <= 14
    error_message = "dead_letter_retention_days must be between 1 and 14, the most that SQS keeps."
  }
}

variable "delay_seconds" {
  description = "How long a new message stays hidden."
  type        = number
  default     = 0

  validation {
    condition     = var.delay_seconds >= 0 && var.delay_seconds <= 900
    error_message = "delay_seconds must be between 0 and 900."
  }
}

variable "fifo" {
  description = "Makes a FIFO queue, in order within each message group and with a throughput limit per group; null for a standard queue."
  type = object({
    content_based_deduplication = optional(bool, false)
  })
  default = null
}

variable "kms_key_arn" {
  description = "Customer-managed key of both queues; null for SQS's own."
  type        = string
  default     = null
}

variable "max_receives" {
  description = "Deliveries after which a message becomes a dead letter. Lambda's own throttling uses them up too, hence not fewer than 5 in general."
  type        = number
  default     = 5

  validation {
    condition     = var.max_receives >= 1 && var.max_receives <= 1000
    error_message = "max_receives must be between 1 and 1000."
  }
}

variable "name" {
  description = "Name of the queue, without .fifo; the dead-letter queue adds -dead-letter."
  type        = string

  validation {
    # 80 characters are allowed; "-dead-letter.fifo" is appended.
    condition     = can(regex("^[a-zA-Z0-9-_]{1,63}$", var.name))
    error_message = "name must have 1 to 63 letters, digits, hyphens or underscores."
  }
}

variable "retention_days" {
  description = "Days that a message waits for its consumer."
  type        = number
  default     = 4

  validation {
    condition     = var.retention_days >= 1 && var.retention_days <= 14
    error_message = "retention_days must be between 1 and 14."
  }
}

variable "senders" {
  description = "Services that send to the queue on behalf of a resource, by a name of letters and digits: { topic = { service = \"sns.amazonaws.com\", source_arn = ... } }."
  type = map(object({
    service    = string
    source_arn = string
  }))
  default = {}

  validation {
    condition     = alltrue([for name, sender in var.senders : can(regex("^[a-zA-Z0-9]+$", name)) && !strcontains(sender.source_arn, "*")])
    error_message = "senders needs names of letters and digits, and source ARNs without wildcards."
  }
}

variable "tags" {
  description = "Tags of every resource."
  type        = map(string)
}

variable "visibility_timeout_seconds" {
  description = "How long a delivered message stays hidden: at least six times the timeout of the function that reads it."
  type        = number

  validation {
    condition     = var.visibility_timeout_seconds >= 0 && var.visibility_timeout_seconds <= 43200
    error_message = "visibility_timeout_seconds must be between 0 and 43200."
  }
}
