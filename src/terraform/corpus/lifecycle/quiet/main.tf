resource "terraform_data" "inner" { input = "inner" }
output "name" { value = terraform_data.inner.input }
