variable "deletion_protection" {
  description = "Whether the storage account refuses to be deleted."
  type        = bool
}

variable "expirations" {
  description = "Blobs that go after some days, by a name of letters and digits: { results = { prefix = \"results/\", days = 30 } }. Their last version stays for noncurrent_days after it was made."
  type = map(object({
    days   = number
    prefix = string
  }))
  default = {}

  validation {
    condition     = alltrue([for name, expiration in var.expirations : can(regex("^[a-zA-Z0-9]+$", name)) && expiration.days >= 1 && floor(expiration.days) == expiration.days])
    error_message = "expirations needs names of letters and digits, and whole days of at least 1."
  }
}

variable "name" {
  description = "Name of the container."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9](-?[a-z0-9]){2,62}$", var.name))
    error_message = "name must have 3 to 63 lower-case letters, digits and single hyphens between them."
  }
}

variable "noncurrent_days" {
  description = "Days after which a version goes that was replaced or deleted, counted from when it was made."
  type        = number
  default     = 30

  validation {
    condition     = var.noncurrent_days >= 1 && floor(var.noncurrent_days) == var.noncurrent_days
    error_message = "noncurrent_days must be a whole number of at least 1."
  }
}

variable "replication" {
  description = "Copies that Azure keeps: LRS (three in one data centre), ZRS (in three zones), GRS or GZRS (and in another region)."
  type        = string
  default     = "ZRS"

  validation {
    condition     = contains(["LRS", "ZRS", "GRS", "GZRS"], var.replication)
    error_message = "replication must be LRS, ZRS, GRS or GZRS."
  }
}

variable "resource_group" {
  description = "Resource group of everything."
  type = object({
    location = string
    name     = string
  })
}

variable "storage_account_name" {
  description = "Name of the storage account; nobody else in Azure may have it."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]{3,24}$", var.storage_account_name))
    error_message = "storage_account_name must have 3 to 24 lower-case letters and digits."
  }
}

variable "tags" {
  description = "Tags of every resource."
  type        = map(string)
}
