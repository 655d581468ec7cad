locals {
  größe        = "groß"
  日本           = { ключ = "значение", "schlüssel mit leer" = "😀" }
  naïve-name_1 = "dash-ed"
}
resource "terraform_data" "ünïcode" { input = "${local.größe} ${local.日本.ключ}" } // comment €
output "all" {
  value = [local.größe, local.日本["schlüssel mit leer"], local.naïve-name_1, length("👩‍👩‍👧"), upper("straße"),
  "e\u0301" == "é", "\u0061", keys({ "é" = 1, "z" = 2, "e" = 3 }), substr("añb", 1, 1)]
}
# last line without newline: ünï
