variable "alarms" {
  description = "Who is told and when: SNS topic; throttled requests and system errors per minute."
  type = object({
    system_error_count = optional(number, 1)
    throttle_count     = optional(number, 1)
    topic_arn          = optional(string)
  })
  default = {}
}

variable "deletion_protection" {
  description = "Whether the table refuses to be deleted."
  type        = bool
}

variable "hash_key" {
  description = "Name of the partition key, a string."
  type        = string
  default     = "id"
}

variable "kms_key_arn" {
  description = "Customer-managed key of the table; null for the account's own."
  type        = string
  default     = null
}

variable "max_request_units" {
  description = "Read and write request units per second that the table never exceeds: a cap on its cost; null for none."
  type = object({
    read  = number
    write = number
  })
  default = null
}

variable "name" {
  description = "Name of the table."
  type        = string
}

variable "operations" {
  description = "DynamoDB operations in use, such as PutItem: each has its own metric of system errors."
  type        = set(string)
}

variable "point_in_time_recovery" {
  description = "Whether the table can be restored to any second of the last 35 days."
  type        = bool
  default     = true
}

variable "tags" {
  description = "Tags of every resource."
  type        = map(string)
}

variable "ttl_attribute" {
  description = "Attribute with the epoch second after which DynamoDB removes an item; null if items stay."
  type        = string
  default     = null
}
