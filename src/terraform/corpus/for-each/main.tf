locals {
  users = { zoe = { age = 30 }, "adam smith" = { age = 41 }, Émile = { age = 7 } }
}
resource "terraform_data" "user" {
  for_each = local.users
  input    = { name = each.key, age = each.value.age }
}
resource "terraform_data" "set" {
  for_each = toset(["b", "a", "b"])
  input    = "${each.key}=${each.value}"
}
resource "terraform_data" "chained" {
  for_each = terraform_data.user
  input    = "${each.key}:${each.value.input.age}"
}
resource "terraform_data" "unknown_values" {
  for_each = { a = terraform_data.set["a"].id, b = "known" }
  input    = each.value
}
resource "terraform_data" "empty" {
  for_each = {}
  input    = each.key
}
output "keys" { value = keys(terraform_data.user) }
output "ages" { value = { for key, user in terraform_data.user : key => user.input.age } }
output "sum" { value = sum(values(terraform_data.user)[*].input.age) }
output "chained" { value = [for c in terraform_data.chained : c.input] }
output "empty" { value = terraform_data.empty }
output "one" { value = terraform_data.set["a"].input }
