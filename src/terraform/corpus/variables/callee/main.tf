variable "nullable_default" {
  type     = string
  default  = "fallback"
  nullable = false
}
variable "nulled" {
  type    = string
  default = "not this"
}
variable "passthrough" {
  type    = map(list(number))
  default = { x = ["1", 2] }
}
output "values" { value = [var.nullable_default, var.nulled, var.passthrough] }
