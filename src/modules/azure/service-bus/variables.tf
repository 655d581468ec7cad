variable "alerts" {
  description = "Who is told and when: action group; dead letters; messages that wait."
  type = object({
    action_group_id      = optional(string)
    active_message_count = optional(number, 1000)
    dead_letter_count    = optional(number, 1)
  })
  default = {}
}

variable "dead_letter_retention_days" {
  description = "Days that a message stays in a dead-letter queue. (In a dead-letter subqueue it stays for ever.)"
  type        = number

  validation {
    condition     = var.dead_letter_retention_days >= 1
    error_message = "dead_letter_retention_days must be at least 1."
  }
}

variable "name" {
  description = "Beginning of the names of the alerts."
  type        = string
}

variable "namespace_name" {
  description = "Name of the namespace; it is part of a host name, so nobody else in Azure may have it."
  type        = string

  validation {
    condition     = can(regex("^[a-zA-Z][a-zA-Z0-9-]{4,48}[a-zA-Z0-9]$", var.namespace_name)) && !can(regex("-(sb|mgmt)$", var.namespace_name))
    error_message = "namespace_name must have 6 to 50 letters, digits and hyphens, start with a letter and end neither in a hyphen nor in -sb or -mgmt."
  }
}

variable "queues" {
  description = "Queues by name: whether dead letters go to a queue of their own, <name>-dead-letter, to which functions can send as well; minutes within which a message id counts as a duplicate; seconds that a receiver has a message for itself (the trigger renews it); deliveries before a message is a dead letter; days that it waits; whether messages have sessions."
  type = map(object({
    dead_letter_queue           = optional(bool, true)
    duplicate_detection_minutes = optional(number)
    lock_seconds                = optional(number, 60)
    max_deliveries              = optional(number, 5)
    retention_days              = optional(number, 4)
    sessions                    = optional(bool, false)
  }))
  default = {}

  validation {
    condition     = alltrue([for queue in var.queues : queue.lock_seconds >= 5 && queue.lock_seconds <= 300])
    error_message = "lock_seconds must be between 5 and 300."
  }

  validation {
    condition     = alltrue([for queue in var.queues : queue.max_deliveries >= 1 && queue.max_deliveries <= 2000])
    error_message = "max_deliveries must be between 1 and 2000."
  }
}

variable "resource_group" {
  description = "Resource group of everything."
  type = object({
    location = string
    name     = string
  })
}

variable "tags" {
  description = "Tags of every resource."
  type        = map(string)
}

variable "topics" {
  description = "Topics by name, each with its subscriptions by name. A subscription has the settings of a queue, and a SQL filter (null: it takes everything)."
  type = map(object({
    duplicate_detection_minutes = optional(number)
    retention_days              = optional(number, 4)
    subscriptions = map(object({
      dead_letter_queue = optional(bool, true)
      lock_seconds      = optional(number, 60)
      max_deliveries    = optional(number, 5)
      sessions          = optional(bool, false)
      sql_filter        = optional(string)
    }))
  }))
  default = {}
}
