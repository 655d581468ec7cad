variable "from_default" { default = "default" }
variable "from_tfvars" { default = "default" }
variable "from_auto" { default = "default" }
variable "from_later_auto" { default = "default" }
variable "from_json" {
  type    = map(number)
  default = {}
}
variable "complex" {
  type = object({ list = list(string), text = string })
}
output "all" {
  value = {
    a = var.from_default, b = var.from_tfvars, c = var.from_auto
    d = var.from_later_auto, e = var.from_json, f = var.complex
  }
}
