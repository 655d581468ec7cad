variable "enabled" { default = true }
resource "terraform_data" "many" {
  count = 3
  input = "item-${count.index}"
}
resource "terraform_data" "none" {
  count = var.enabled ? 0 : 1
  input = "never"
}
resource "terraform_data" "text_count" {
  count = "1"
  input = terraform_data.many[count.index + 1].input
}
output "all" { value = terraform_data.many[*].input }
output "legacy" { value = terraform_data.many.*.input[2] }
output "none" { value = terraform_data.none[*].input }
output "one_or_null" { value = one(terraform_data.none[*].input) }
output "count" { value = length(terraform_data.many) }
output "negative" { value = try(terraform_data.many[-1].input, "no such") }
output "text_key" { value = terraform_data.many["1"].input }
