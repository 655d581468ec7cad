locals {
  list   = [{ a = 1, n = { b = [1, 2] } }, { a = 2, n = { b = [3] } }]
  single = { a = 5 }
  nothing = null
}
output "all" {
  value = [
    local.list[*].a,
    local.list.*.a,
    local.list[*].n.b[0],
    local.list.*.n[0],
    local.list[*].n.b[*],
    local.single[*].a,
    local.nothing[*],
    local.nothing[*].x,
    "text"[*],
    toset(["b", "a"])[*],
    flatten(local.list[*].n.b),
    local.list[*]["a"],
    local.list.*,
    (local.list)[*].a[*],
    local.list[0].n.b.0,
    local.list.1.n.b.0,
    local.list.*.n.b.0,
    [for x in local.list[*].n : x.b],
    [[1, 2], [3]][*][0],
  ]
}
