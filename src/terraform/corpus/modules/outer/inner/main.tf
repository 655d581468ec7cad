variable "name" { type = string }
resource "terraform_data" "this" { input = var.name }
output "name" { value = terraform_data.this.input }
output "upper" { value = upper(terraform_data.this.input) }
