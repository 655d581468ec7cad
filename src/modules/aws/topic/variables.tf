variable "alarms" {
  description = "Who is told and when: SNS topic; failed notifications per minute; age of the oldest message of a queue in seconds."
  type = object({
    failed_notification_count  = optional(number, 1)
    oldest_message_age_seconds = optional(number, 900)
    topic_arn                  = optional(string)
  })
  default = {}
}

variable "dead_letter_retention_days" {
  description = "Days that a dead letter is kept, counted from when the message was first sent."
  type        = number
}

variable "kms_key_arn" {
  description = "Customer-managed key of the topic and of all queues; its policy must admit sns.amazonaws.com. null for the services' own keys."
  type        = string
  default     = null
}

variable "name" {
  description = "Name of the topic; a subscriber's queue is <name>-<subscriber>."
  type        = string

  validation {
    condition     = can(regex("^[a-zA-Z0-9-_]{1,50}$", var.name))
    error_message = "name must have 1 to 50 letters, digits, hyphens or underscores."
  }
}

variable "retention_days" {
  description = "Days that a message waits in each queue."
  type        = number
  default     = 4
}

variable "subscribers" {
  description = "Who gets a copy of each message, by name: values that message attributes must have, by attribute, all of them (none: every message); deliveries before a message is a dead letter; how long a delivered message stays hidden, at least six times the timeout of the function that reads it."
  type = map(object({
    filter                     = optional(map(list(string)), {})
    max_receives               = optional(number, 5)
    visibility_timeout_seconds = number
  }))

  validation {
    condition     = alltrue([for subscriber in var.subscribers : alltrue([for values in subscriber.filter : length(values) > 0])])
    error_message = "subscribers: a filter needs at least one value for each attribute."
  }
}

variable "tags" {
  description = "Tags of every resource."
  type        = map(string)
}
