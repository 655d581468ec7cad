from_tfvars     = "tfvars"
from_auto       = "tfvars"
from_later_auto = "tfvars"
complex = {
  list = [1, true, "x"]
  text = <<-EOT
    two
      lines
  EOT
}
