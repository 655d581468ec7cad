# Flex Consumption takes code through One Deploy only: a package that is just uploaded to the container is not
# deployed, and `zip_deploy_file` calls an endpoint that these apps do not have. So the Azure CLI publishes the
# package, as the one who runs Terraform, whenever the package or the app has changed.
# https://learn.microsoft.com/azure/azure-functions/functions-infrastructure-as-code#deployment-sources
# https://github.com/hashicorp/terraform-provider-azurerm/issues/29630

# The package of the app. Replaced, and with it the publication, when either of them changes.
resource "terraform_data" "package" {
  input = {
    function_app_id = azurerm_function_app_flex_consumption.this.id
    path            = var.package_path
  }

  triggers_replace = filesha256(var.package_path)

  lifecycle {
    replace_triggered_by = [azurerm_function_app_flex_consumption.this]
  }
}

resource "terraform_data" "publication" {
  count = var.publish ? 1 : 0

  triggers_replace = terraform_data.package.id

  provisioner "local-exec" {
    command = "sh '${path.module}/publish.sh'"

    environment = {
      APP            = azurerm_function_app_flex_consumption.this.name
      PACKAGE        = var.package_path
      RESOURCE_GROUP = var.resource_group.name
      SUBSCRIPTION   = split("/", azurerm_function_app_flex_consumption.this.id)[2]
    }
  }

  depends_on = [azurerm_role_assignment.telemetry]
}
