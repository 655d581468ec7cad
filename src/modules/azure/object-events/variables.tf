variable "alerts" {
  description = "Who is told of events that could not be delivered: action group."
  type = object({
    action_group_id = optional(string)
  })
  default = {}
}

variable "container_name" {
  description = "Name of the container whose new blobs are told of."
  type        = string
}

variable "name" {
  description = "Name of topic and subscription."
  type        = string

  validation {
    condition     = can(regex("^[a-zA-Z0-9-]{3,50}$", var.name))
    error_message = "name must have 3 to 50 letters, digits and hyphens."
  }
}

variable "prefix" {
  description = "Beginning of the names that are told of; empty for all. A function that writes into the same container must write outside of it."
  type        = string
  default     = ""
}

variable "queue_id" {
  description = "Id of the Service Bus queue that takes the events."
  type        = string
}

variable "resource_group" {
  description = "Resource group of everything."
  type = object({
    location = string
    name     = string
  })
}

variable "storage_account" {
  description = "The storage account: id and location. It may have one system topic."
  type = object({
    id       = string
    location = string
  })
}

variable "suffix" {
  description = "End of the names that are told of, in exactly this case: .csv."
  type        = string
}

variable "tags" {
  description = "Tags of every resource."
  type        = map(string)
}
