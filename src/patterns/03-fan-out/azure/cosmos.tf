locals {
  orders_container = "orders"
}

module "cosmos" {
  source = "../../../modules/azure/cosmos"

  name           = local.name
  account_name   = "${var.project_name}-${var.environment}-${local.suffix}"
  resource_group = azurerm_resource_group.this
  database_name  = local.pattern

  containers = {
    (local.orders_container) = { default_ttl_seconds = local.record_retention_days * 86400, indexed = false, partition_key_path = "/id" }
  }

  autoscale_max_ru_per_second = var.autoscale_max_ru_per_second

  deletion_protection = !local.is_dev
  alerts              = { action_group_id = var.action_group_id }

  tags = local.tags
}
