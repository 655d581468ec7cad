variable "name" { default = "web" }
variable "ports" { default = [80, 443] }
variable "tags" { default = { env = "dev", team = "core" } }
locals { nested = { list = [{ id = "a", on = true }, { id = "b", on = false }] } }
