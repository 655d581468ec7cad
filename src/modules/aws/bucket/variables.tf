variable "deletion_protection" {
  description = "Whether a bucket that still holds objects refuses to be deleted."
  type        = bool
}

variable "expirations" {
  description = "Objects that go after some days, by a name: { results = { prefix = \"results/\", days = 30 } }. Their last version stays for noncurrent_days more."
  type = map(object({
    days   = number
    prefix = string
  }))
  default = {}

  validation {
    condition     = alltrue([for name, expiration in var.expirations : can(regex("^[a-z0-9-]+$", name)) && expiration.days >= 1 && floor(expiration.days) == expiration.days])
    error_message = "expirations needs names of lower-case letters, digits and hyphens, and whole days of at least 1."
  }
}

variable "kms_key_arn" {
  description = "Customer-managed key of the objects; null for S3's own."
  type        = string
  default     = null
}

variable "name" {
  description = "Name of the bucket; eight characters that make it unique in the world are appended."
  type        = string

  validation {
    # 63 characters are allowed; a hyphen and eight characters are appended.
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,53}$", var.name))
    error_message = "name must have 2 to 54 lower-case letters, digits and hyphens."
  }
}

variable "noncurrent_days" {
  description = "Days that a replaced or deleted version of an object can still be restored."
  type        = number
  default     = 30

  validation {
    condition     = var.noncurrent_days >= 1 && floor(var.noncurrent_days) == var.noncurrent_days
    error_message = "noncurrent_days must be a whole number of at least 1."
  }
}

variable "tags" {
  description = "Tags of every resource."
  type        = map(string)
}
