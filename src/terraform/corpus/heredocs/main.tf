locals { name = "n" }
output "plain" {
  value = <<EOT
  keeps
    indentation ${local.name}
EOT
}
output "indented" {
  value = <<-EOT
    two
      four

     three
    ${local.name} at the start
  EOT
}
output "zero" {
  value = <<-EOT
    four
${local.name} without blanks
      six
  EOT
}
output "blank_lines" {
  value = <<-EOT

      six
  
      six again

  EOT
}
output "tabs" {
  value = <<-EOT
		one
			two
  EOT
}
output "directives" {
  value = <<-EOT
    %{ for x in ["a", "b"] ~}
    item ${x}
      deeper
    %{ endfor ~}
    %{ if true }
    shown
    %{ else }
    hidden
    %{ endif }
    end
  EOT
}
output "strip" {
  value = <<-EOT
    before
    %{~ if true ~}
    inside
    %{~ endif ~}
    after ${~ "x" ~}   
      next
  EOT
}
output "escapes" {
  value = <<EOT
\n is no escape, "quotes" too, $${x} %%{y} \u00e9 $ % ~
EOT
}
output "nested" {
  value = jsonencode({ text = <<-A
    outer ${upper("inner")}
      deeper
  A
})
}
output "in_call" {
  value = [trimspace(<<EOT
  trimmed
EOT
  ), "next"]
}
output "unicode" {
  value = <<-ÉND
    日本語
      😀 ${upper("é")}
  ÉND
}
output "marker_in_text" {
  value = <<EOT
EOT is not alone
 EOTX
EOT
}
output "empty" {
  value = <<EOT
EOT
}
