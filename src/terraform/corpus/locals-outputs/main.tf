locals {
  base   = "x"
  nested = { list = [local.base, "${local.base}y"], "quoted key" = 1, (local.base) = "computed" }
}
locals {
  later = local.nested.list[1]
}
