variable "plain" { default = "text" }
variable "number_from_string" {
  type    = number
  default = "42"
}
variable "string_from_number" {
  type    = string
  default = 4.50
}
variable "flag" {
  type    = bool
  default = "true"
}
variable "rules" {
  type = list(object({
    port  = number
    proto = optional(string, "tcp")
    tags  = optional(map(string), {})
    note  = optional(string)
    inner = optional(object({ a = optional(number, 1), b = optional(string) }), {})
  }))
  default = [{ port = 80 }, { port = "443", proto = null, extra = "dropped", inner = { b = "x" } }]
}
variable "names" {
  type    = set(string)
  default = ["b", "a", "b", "Z", "ä"]
}
variable "pair" {
  type    = tuple([string, number])
  default = [1, "2"]
}
variable "anything" {
  type    = any
  default = { a = [1, "x", true], b = null }
}
variable "mixed_list" {
  type    = list(any)
  default = [1, "two", true]
}
variable "nullable_default" {
  type     = string
  default  = "fallback"
  nullable = false
}
variable "nulled" {
  type    = string
  default = "not this"
}
variable "validated" {
  type        = string
  default     = "prod-1"
  description = "checked"
  validation {
    condition     = can(regex("^prod-[0-9]+$", var.validated))
    error_message = "Must be prod-N, not ${var.validated}."
  }
  validation {
    condition     = length(var.validated) < length(var.plain) + 10
    error_message = "Too long."
  }
}
variable "passing" {
  type      = string
  default   = "e"
  ephemeral = false
}
module "callee" {
  source           = "./callee"
  nullable_default = null
  nulled           = null
}
output "all" {
  value = [
    var.plain, var.number_from_string, var.string_from_number, var.flag, var.rules, var.names,
    var.pair, var.anything, var.mixed_list, var.nullable_default, var.nulled, var.validated,
  ]
}
output "callee" { value = module.callee }
