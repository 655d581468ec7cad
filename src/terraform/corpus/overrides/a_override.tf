variable "name" { default = "first override" }
locals { b = "overridden b" }
