variable "yes" { default = true }
locals { object = { a = 1 } }
output "all" {
  value = [
    var.yes ? 1 : "a",
    var.yes ? "a" : 1,
    !var.yes ? [] : ["x"],
    var.yes ? { a = 1 } : {},
    var.yes ? { a = 1, b = "x" } : { a = "2" },
    var.yes ? null : "x",
    var.yes ? local.object : null,
    "true" ? "text condition" : "",
    var.yes ? var.yes ? "nested" : "b" : "c",
    var.yes ? ["a", 1] : ["b", "c"],
    var.yes ? toset(["a"]) : toset([]),
    (var.yes
      ? "multi"
      : "line"),
    var.yes ? tolist(["a"]) : [],
    var.yes ? true : "x",
    false ? { nope = 1 }.missing : "other branch may fail",
  ]
}
