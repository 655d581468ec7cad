resource "terraform_data" "first" {
  input            = "first"
  triggers_replace = [1, "two"]
  lifecycle {
    create_before_destroy = true
    prevent_destroy       = false
    ignore_changes        = [input]
    precondition {
      condition     = var.limit == 1
      error_message = "Impossible."
    }
    postcondition {
      condition     = self.input == "first"
      error_message = "Changed to ${self.input}."
    }
  }
}
resource "terraform_data" "second" {
  input      = "second"
  depends_on = [terraform_data.first, module.quiet]
  lifecycle {
    ignore_changes       = all
    replace_triggered_by = [terraform_data.first.id, terraform_data.first]
  }
}
module "quiet" {
  source     = "./quiet"
  depends_on = [terraform_data.first]
}
moved {
  from = terraform_data.old
  to   = terraform_data.first
}
removed {
  from = terraform_data.gone
  lifecycle {
    destroy = false
  }
}
check "health" {
  assert {
    condition     = terraform_data.first.input == "other"
    error_message = "This only warns."
  }
  assert {
    condition     = terraform_data.first.id != ""
    error_message = "Unknown until apply."
  }
}
output "quiet" { value = module.quiet.name }
variable "limit" { default = 1 }
