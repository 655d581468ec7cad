variable "availability_zones" {
  description = "Letters of the availability zones with a subnet each."
  type        = set(string)
  default     = ["a", "b"]

  validation {
    condition     = length(var.availability_zones) >= 2
    error_message = "availability_zones needs at least two zones: one of them may fail."
  }
}

variable "cidr_block" {
  description = "Addresses of the VPC, a /16."
  type        = string
  default     = "10.20.0.0/16"

  validation {
    condition     = can(cidrsubnet(var.cidr_block, 8, 0)) && endswith(var.cidr_block, "/16")
    error_message = "cidr_block must be a /16, such as 10.20.0.0/16."
  }
}

variable "interface_endpoints" {
  description = "Services that functions reach through an interface endpoint, such as `secretsmanager`; paid by the hour."
  type        = set(string)
  default     = []
}

variable "name" {
  description = "Name of the VPC."
  type        = string
}

variable "table_actions" {
  description = "DynamoDB actions that can be used from the VPC, such as `dynamodb:GetItem`."
  type        = set(string)
}

variable "table_arns" {
  description = "DynamoDB tables that can be reached from the VPC."
  type        = list(string)
}

variable "tags" {
  description = "Tags of every resource."
  type        = map(string)
}
