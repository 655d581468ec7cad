variable "description" {
  description = "Whose logs these are."
  type        = string
}

variable "filter" {
  description = "Which log lines go to the bucket, in the Logging query language."
  type        = string
}

variable "location" {
  description = "Region of the bucket."
  type        = string
}

variable "name" {
  description = "Name of bucket, sink and exclusion."
  type        = string
}

variable "project_id" {
  description = "Google Cloud project."
  type        = string
}

variable "retention_days" {
  description = "Days that log lines are kept."
  type        = number

  validation {
    condition     = var.retention_days >= 1 && var.retention_days <= 3650
    error_message = "retention_days must be between 1 and 3650."
  }
}
