variable "batch_size" {
  description = "Most messages in one invocation."
  type        = number
  default     = 10

  validation {
    condition     = var.batch_size >= 1 && var.batch_size <= 10000
    error_message = "batch_size must be between 1 and 10000."
  }
}

variable "batching_window_seconds" {
  description = "How long Lambda waits for a batch to fill."
  type        = number
  default     = 0

  validation {
    condition     = var.batching_window_seconds >= 0 && var.batching_window_seconds <= 300
    error_message = "batching_window_seconds must be between 0 and 300."
  }
}

variable "filter_patterns" {
  description = "Event filter patterns as JSON; a message that none of them matches is deleted unread. Empty for all messages."
  type        = list(string)
  default     = []
}

variable "function_alias_arn" {
  description = "ARN of the alias that takes the messages."
  type        = string
}

variable "function_timeout_seconds" {
  description = "Timeout of the function."
  type        = number
}

variable "maximum_concurrency" {
  description = "Most invocations at a time, at most the function's reserved concurrency."
  type        = number

  validation {
    condition     = var.maximum_concurrency >= 2 && var.maximum_concurrency <= 1000
    error_message = "maximum_concurrency must be between 2 and 1000."
  }
}

variable "name" {
  description = "What the function takes from the queue, such as orders: the end of the policy's name."
  type        = string
}

variable "queue" {
  description = "The queue: the module's output queue or any aws_sqs_queue."
  type = object({
    arn                        = string
    fifo_queue                 = bool
    kms_master_key_id          = optional(string)
    visibility_timeout_seconds = number
  })
}

variable "role_id" {
  description = "Id of the execution role of the function."
  type        = string
}

variable "tags" {
  description = "Tags of every resource."
  type        = map(string)
}
