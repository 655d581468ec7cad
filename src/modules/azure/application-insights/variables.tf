variable "daily_quota_gb" {
  description = "Most telemetry taken in a day; the rest is dropped."
  type        = number
}

variable "name" {
  description = "Name of workspace and component."
  type        = string
}

variable "resource_group" {
  description = "Resource group of everything."
  type = object({
    location = string
    name     = string
  })
}

variable "retention_days" {
  description = "Days that telemetry is kept."
  type        = number

  validation {
    condition     = contains([30, 60, 90, 120, 180, 270, 365, 550, 730], var.retention_days)
    error_message = "retention_days must be 30, 60, 90, 120, 180, 270, 365, 550 or 730."
  }
}

variable "tags" {
  description = "Tags of every resource."
  type        = map(string)
}
