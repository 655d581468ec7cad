variable "prefix" {}
variable "thing" {
  type = object({ id = string, input = object({ name = string, list = list(string) }) })
}
module "inner" {
  source = "./inner"
  name   = "${var.prefix}-${var.thing.input.name}"
}
output "inner" { value = module.inner }
output "thing" { value = var.thing.input }
output "id" { value = var.thing.id }
