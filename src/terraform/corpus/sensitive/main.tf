variable "password" {
  type      = string
  default   = "hunter2"
  sensitive = true
}
variable "account" {
  type      = object({ user = string, key = string })
  default   = { user = "u", key = "k" }
  sensitive = true
}
resource "terraform_data" "secret" {
  input = { password = var.password, open = "visible", derived = "x-${var.password}" }
}
resource "terraform_data" "nested" {
  input = [var.account.user, { deep = var.account.key }]
}
output "secret" {
  value     = "${var.password}!"
  sensitive = true
}
output "open" { value = nonsensitive(upper(var.password)) }
output "is" { value = [issensitive(var.password), issensitive("x"), issensitive([var.password])] }
output "length" { value = nonsensitive(length(var.account)) }
output "conditional" {
  value     = var.password == "hunter2" ? "a" : "b"
  sensitive = true
}
output "keys" { value = nonsensitive(keys(var.account)) }
output "merged_open_part" { value = merge({ a = 1 }, { b = var.password }).a }
output "marked" {
  value     = sensitive({ a = 1 })
  sensitive = true
}
module "child" {
  source = "./child"
  secret = var.password
}
output "child" { value = nonsensitive(module.child.secret) }
output "child_open" { value = module.child.open }
