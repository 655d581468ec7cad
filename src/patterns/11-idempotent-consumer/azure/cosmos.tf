locals {
  ledger_container = "ledger"
}

module "cosmos" {
  source = "../../../modules/azure/cosmos"

  name           = local.name
  account_name   = "${var.project_name}-${var.environment}-${local.suffix}"
  resource_group = azurerm_resource_group.this
  database_name  = local.pattern

  # Balances and marks are in one container, because a transactional batch ends at a logical partition. A mark says
  # itself how long it lives; a balance stays.
  containers = {
    (local.ledger_container) = { default_ttl_seconds = -1, indexed = false, partition_key_path = "/ledger" }
  }

  autoscale_max_ru_per_second = var.autoscale_max_ru_per_second

  deletion_protection = !local.is_dev
  alerts              = { action_group_id = var.action_group_id }

  tags = local.tags
}
