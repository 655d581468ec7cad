variable "address_space" {
  description = "Addresses of the network, a /16."
  type        = string
  default     = "10.30.0.0/16"

  validation {
    condition     = can(cidrsubnet(var.address_space, 8, 0)) && endswith(var.address_space, "/16")
    error_message = "address_space must be a /16, such as 10.30.0.0/16."
  }
}

variable "name" {
  description = "Name of the network."
  type        = string
}

variable "resource_group" {
  description = "Resource group of everything."
  type = object({
    location = string
    name     = string
  })
}

variable "resource_ids" {
  description = "What is reached through private endpoints: the ids of a storage account (blob) and a Cosmos DB account (cosmos)."
  type = object({
    blob   = string
    cosmos = string
  })
}

variable "tags" {
  description = "Tags of every resource."
  type        = map(string)
}
