variable "name" { default = "last override" }
resource "terraform_data" "x" {
  input = "override"
  lifecycle { prevent_destroy = false }
}
