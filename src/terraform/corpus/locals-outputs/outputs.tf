output "nested" {
  description = "an object"
  value       = local.nested
}
output "later" {
  value      = local.later
  depends_on = [terraform_data.thing]
  precondition {
    condition     = local.later == "xy"
    error_message = "Unexpected."
  }
}
output "null_output" { value = null }
output "secret" {
  value     = sensitive("hidden")
  sensitive = true
}
resource "terraform_data" "thing" {
  input = local.nested
}
