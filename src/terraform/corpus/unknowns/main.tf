resource "terraform_data" "a" { input = "x" }
locals { id = terraform_data.a.id }
resource "terraform_data" "b" {
  input = { id = local.id, known = "k", list = [local.id, "y"] }
}
output "text" { value = "prefix-${local.id}" }
output "object" { value = { id = local.id, known = 1 } }
output "list" { value = ["a", local.id] }
output "length" { value = length(["a", local.id]) }
output "json" { value = jsonencode({ id = local.id }) }
output "merge" { value = merge({ a = 1 }, { b = local.id }) }
output "conditional" { value = local.id == "x" ? "a" : "b" }
output "for_values" { value = [for v in ["a", local.id] : "${v}!"] }
output "for_keys" { value = { for v in ["a", local.id] : v => 1 } }
output "filtered" { value = [for v in ["a", local.id] : v if v != "a"] }
output "and" { value = local.id == "x" && false }
output "arithmetic" { value = length(local.id) + 1 }
output "try" { value = try(local.id, "d") }
output "try_known_part" { value = try([local.id, "k"][1], "d") }
output "can" { value = can(local.id) }
output "coalesce" { value = coalesce("a", local.id) }
output "contains" { value = [contains(["a", local.id], "a"), contains(["a", local.id], "b")] }
output "keys" { value = keys({ a = local.id }) }
output "values" { value = values({ a = local.id, b = 1 }) }
output "element" { value = element(["a", local.id], 0) }
output "concat" { value = concat(["a"], [local.id])[0] }
output "flatten" { value = flatten([["a"], [local.id]]) }
output "lookup" { value = lookup({ a = "1", b = local.id }, "a", "d") }
output "toset" { value = toset(["a", local.id]) }
output "distinct" { value = distinct(["a", local.id]) }
output "compact" { value = compact(["a", local.id]) }
output "join" { value = join(",", ["a", local.id]) }
output "equal_lists" { value = [1, local.id] == [2, "x"] }
output "directive" { value = "%{ if local.id == "x" }a%{ endif }b" }
output "deep" { value = terraform_data.b.input.known }
output "deep_unknown" { value = terraform_data.b.input.list }
output "output_attribute" { value = terraform_data.a.output }
output "slice" { value = slice(["a", local.id], 0, 1) }
output "reverse" { value = reverse(["a", local.id]) }
output "zipmap" { value = zipmap(["a", "b"], [local.id, "x"]) }
output "chunklist" { value = chunklist(["a", local.id], 1) }
output "any_all" { value = [anytrue([true, local.id == "x"]), alltrue([false, local.id == "x"])] }
output "splat" { value = [terraform_data.a][*].input }
output "impure" { value = [uuid(), timestamp()] }
output "index_key" { value = { a = 1 }[local.id] }
output "object_key" { value = { (local.id) = 1 } }
output "upper" { value = upper(local.id) }
output "replace" { value = replace("a-b", "-", local.id) }
output "one" { value = one([local.id]) }
output "tolist" { value = tolist(["a", local.id]) }
output "tomap" { value = tomap({ a = "x", b = local.id }) }
