locals {
  files_container = "files"
}

# Rows, one record per uploaded version and one pointer per object to its latest version, told apart by `kind`. They are
# found by their ids, which follow from key, version and number of the row. A version with its rows is one partition, so
# that many rows are one transactional batch.
module "cosmos" {
  source = "../../../modules/azure/cosmos"

  name           = local.name
  account_name   = "${var.project_name}-${var.environment}-${local.suffix}"
  resource_group = azurerm_resource_group.this
  database_name  = local.pattern

  containers = {
    (local.files_container) = { indexed = false, partition_key_path = "/partition" }
  }

  autoscale_max_ru_per_second = var.autoscale_max_ru_per_second

  deletion_protection = !local.is_dev
  alerts              = { action_group_id = var.action_group_id }

  tags = local.tags
}
