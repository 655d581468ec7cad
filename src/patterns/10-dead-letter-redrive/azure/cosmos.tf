module "cosmos" {
  source = "../../../modules/azure/cosmos"

  name           = local.name
  account_name   = "${var.project_name}-${var.environment}-${local.suffix}"
  resource_group = azurerm_resource_group.this
  database_name  = local.pattern

  # Nothing expires: the audit keeps what was sent back, and the whole of what was parked.
  containers = {
    audit     = { indexed = false }
    shipments = { indexed = false }
  }

  autoscale_max_ru_per_second = var.autoscale_max_ru_per_second

  deletion_protection = !local.is_dev
  alerts              = { action_group_id = var.action_group_id }

  tags = local.tags
}
