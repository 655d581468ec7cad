variable "alarms" {
  description = "Who is told of events that could not be delivered: SNS topic."
  type = object({
    topic_arn = optional(string)
  })
  default = {}
}

variable "bucket" {
  description = "The bucket: the module's output bucket or any aws_s3_bucket."
  type = object({
    id = string
  })
}

variable "dead_letter_queue" {
  description = "Where events go that cannot be delivered: the queue's dead-letter queue."
  type = object({
    arn = string
    url = string
  })
}

variable "name" {
  description = "Name of the rule."
  type        = string

  validation {
    condition     = can(regex("^[.\\w-]{1,64}$", var.name))
    error_message = "name must have 1 to 64 letters, digits, dots, hyphens or underscores."
  }
}

variable "prefix" {
  description = "Beginning of the keys that are told of; empty for all. A function that writes into the same bucket must write outside of it."
  type        = string
  default     = ""

  validation {
    condition     = !strcontains(var.prefix, "*") && !strcontains(var.prefix, "\\")
    error_message = "prefix is taken literally and must not have * or \\."
  }
}

variable "queue" {
  description = "Where events go: an aws_sqs_queue whose policy lets the rule send (events.amazonaws.com)."
  type = object({
    arn = string
  })
}

variable "suffix" {
  description = "End of the keys that are told of, in exactly this case: .csv."
  type        = string

  validation {
    condition     = var.suffix != "" && !strcontains(var.suffix, "*") && !strcontains(var.suffix, "\\")
    error_message = "suffix is taken literally and must not be empty or have * or \\."
  }
}

variable "tags" {
  description = "Tags of every resource."
  type        = map(string)
}
