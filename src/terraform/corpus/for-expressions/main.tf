locals {
  list  = ["c", "a", "b", "a"]
  map   = { z = 1, a = 2, "10" = 3, "9" = 4, Ω = 5, "😀" = 6, "\uFFEE" = 7 }
  users = [{ name = "x", role = "r1" }, { name = "y", role = "r2" }, { name = "z", role = "r1" }]
}
output "all" {
  value = [
    [for v in local.list : upper(v)],
    [for i, v in local.list : "${i}${v}" if v != "a"],
    { for i, v in local.list : i => v },
    [for k, v in local.map : k],
    { for k, v in local.map : upper(k) => v * 2 if v > 1 },
    { for u in local.users : u.role => u.name... },
    [for k in toset(local.list) : k],
    [for k, v in toset(local.list) : "${k}${v}"],
    [for a in [1, 2] : [for b in [3, 4] : a * b]],
    { for k, v in { a = { b = [1] } } : k => { for k2, v2 in v : "${k}${k2}" => v2[0] } },
    [for v in [] : v],
    { for v in [] : v => v },
    [for v in [true, "true", 1] : v],
    {
      for name, value in local.map :
      name => value
      if length(name) > 1
    },
    [for s in local.list : s if contains(["a"], s)],
    { for v in [1, 2] : v => v },
    [for for_ in [1] : for_],
  ]
}
