# comment
// another
/* block
   comment */ locals { one = 1 }
locals {
  object = { a = 1, b : 2
    c = 3,
    "d e" = 4
    (upper("f")) = 5, "${"g"}h" = 6
    for = 7, if = 8, in = 9
    1 = 12
  }
  tuple = [
    1, # one
    2,
    /* three */ 3,
  ]
  empty = { }
  call  = max(
    1,
    2, // two
  )
  chained = { a = { b = [{ c = "deep" }] } }.a.b[0].c
  indexed = ["x", "y"][1]
  literal = "a" == "a" ? [1, 2, 3][2] : 0
  paren = (
    1 +
    2
  )
  in_template = "${max(1,
  5)}"
  minus    = 5 -3
  no_space = 1+2*3
  keyword  = { a = 0, for = 1 }.for
  numeric  = { "0" = "zero" }["0"]
  legacy   = [["a"]].0[0]
}
output "all" {
  value = local.object
}
output "more" { value = [local.tuple, local.empty, local.call, local.chained, local.indexed, local.literal, local.paren,
  local.in_template, local.minus, local.no_space, local.keyword, local.numeric, local.one, local.legacy] }
resource "terraform_data" unquoted {
  input = "label without quotes"
}
