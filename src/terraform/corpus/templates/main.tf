locals {
  name  = "World"
  items = ["a", "b"]
  map   = { k1 = "v1", k2 = "v2" }
  flag  = true
}
output "all" {
  value = [
    "Hello, ${local.name}!",
    "${local.name}",
    "${local.items}",
    "${1}${true}",
    "%{ if local.flag }yes%{ else }no%{ endif }",
    "%{ if !local.flag }yes%{ endif }.",
    "%{ for i in local.items }<${i}>%{ endfor }",
    "%{ for k, v in local.map ~}  ${k}=${v};  %{~ endfor }",
    "a  ${~ local.name ~}  b",
    "$${not} %%{ not } $ % $$ %% $x %x {} $",
    "\"quoted\" \\ \t|\n|\r| \u00e9 \U0001F600",
    "${"nested ${"deep ${local.name}"}"}",
    "${local.flag ? "a" : "b"}-${join(",", [for x in local.items : "<${x}>"])}",
    "%{ for i, x in local.items }${i}%{ if x == "a" }!%{ endif }%{ for y in local.items }${y}%{ endfor }%{ endfor }",
    "brace } and { inside",
    "${
      local.name
    }",
    "${ { a = "}" }.a }",
    "x%{ if true ~}   y   %{~ else ~}  n  %{~ endif }z",
    templatefile("${path.module}/greeting.tftpl", { name = local.name, items = local.items }),
    templatefile("greeting.tftpl", { name = "<>", items = [] }),
    "Ünïcode ${"naïve"} e\u0301",
    "${null == null}",
  ]
}
