module "outer" {
  source = "./outer"
  prefix = "p"
  thing  = terraform_data.root
}
resource "terraform_data" "root" { input = { name = "root", list = [1, 2] } }
module "each" {
  source   = "./outer/inner"
  for_each = { b = "second", a = "first" }
  name     = "${each.key}-${each.value}"
}
module "counted" {
  source = "./outer/inner"
  count  = 2
  name   = "n${count.index}"
}
module "none" {
  source = "./outer/inner"
  count  = 0
  name   = "never"
}
output "outer" { value = module.outer }
output "inner_name" { value = module.outer.inner.name }
output "each" { value = { for k, m in module.each : k => m.name } }
output "each_one" { value = module.each["b"].name }
output "counted" { value = module.counted[*].name }
output "counted_one" { value = module.counted[1].name }
output "none" { value = one(module.none[*].name) }
output "whole" { value = module.each }
