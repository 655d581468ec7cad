variable "deletion_protection" {
  description = "Whether the database refuses to be deleted."
  type        = bool
}

variable "kms_key_name" {
  description = "Customer-managed key of the database; null for Google's own. It cannot be changed later."
  type        = string
  default     = null
}

variable "location" {
  description = "Region, or multi-region such as nam5 or eur3. It cannot be changed later."
  type        = string
}

variable "name" {
  description = "Name of the database."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,61}[a-z0-9]$", var.name))
    error_message = "name must have 4 to 63 lower-case letters, digits and hyphens and start with a letter."
  }
}

variable "project_id" {
  description = "Google Cloud project."
  type        = string
}

variable "ttl_fields" {
  description = "Fields with the moment after which a document goes, by collection."
  type        = map(string)
  default     = {}
}
