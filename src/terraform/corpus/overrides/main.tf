variable "name" {
  type    = string
  default = "base"
}
locals {
  a = "base a"
  b = "base b"
}
resource "terraform_data" "x" {
  input            = "base"
  triggers_replace = "base"
  lifecycle {
    create_before_destroy = true
    precondition {
      condition     = var.name != ""
      error_message = "Base."
    }
  }
}
output "x" {
  value       = [var.name, local.a, local.b, terraform_data.x.input, terraform_data.x.triggers_replace]
  description = "base"
}
