module "child" { source = "./nested/child" }
output "all" {
  value = [path.module, path.root, basename(path.cwd) != "", terraform.workspace, file("${path.module}/hello.txt"),
    fileexists("nope.txt"), module.child.all]
}
