variable "account_name" {
  description = "Name of the account; it is part of a host name, so nobody else in Azure may have it."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,42}[a-z0-9]$", var.account_name))
    error_message = "account_name must have 3 to 44 lower-case letters, digits and hyphens."
  }
}

variable "alerts" {
  description = "Who is told and when: action group; throttled requests in five minutes."
  type = object({
    action_group_id = optional(string)
    throttle_count  = optional(number, 10)
  })
  default = {}
}

variable "autoscale_max_ru_per_second" {
  description = "Throughput that each container scales up to; a tenth of it is billed around the clock. null for serverless, which is billed by request and ends at 5,000 RU/s."
  type        = number
  default     = null

  validation {
    condition     = var.autoscale_max_ru_per_second == null || try(var.autoscale_max_ru_per_second >= 1000 && var.autoscale_max_ru_per_second % 1000 == 0, false)
    error_message = "autoscale_max_ru_per_second must be a multiple of 1,000."
  }
}

variable "containers" {
  description = "Containers by name: partition key; seconds that a document lives (-1: what the document's own ttl says, null: for ever); whether all properties are indexed."
  type = map(object({
    default_ttl_seconds = optional(number)
    indexed             = optional(bool, true)
    partition_key_path  = optional(string, "/id")
  }))
}

variable "database_name" {
  description = "Name of the database."
  type        = string
}

variable "deletion_protection" {
  description = "Whether a lock keeps the account from being deleted."
  type        = bool
}

variable "name" {
  description = "Beginning of the names of the alerts."
  type        = string
}

variable "public_network_access" {
  description = "Whether the account is reached over the internet; false with a private endpoint."
  type        = bool
  default     = true
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
