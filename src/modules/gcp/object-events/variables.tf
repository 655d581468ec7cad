variable "bucket_name" {
  description = "Name of the bucket."
  type        = string
}

variable "prefix" {
  description = "Beginning of the names that are told of; empty for all. A function that writes into the same bucket must write outside of it. There is no filter for the end of a name: the subscriber looks at it."
  type        = string
  default     = ""
}

variable "project_id" {
  description = "Google Cloud project."
  type        = string
}

variable "topic_id" {
  description = "Id of the topic that takes the notifications: projects/<project>/topics/<name>."
  type        = string

  validation {
    condition     = can(regex("^projects/[^/]+/topics/[^/]+$", var.topic_id))
    error_message = "topic_id must have the form projects/<project>/topics/<name>."
  }
}
