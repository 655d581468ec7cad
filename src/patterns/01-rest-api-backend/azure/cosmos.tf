module "cosmos" {
  source = "../../../modules/azure/cosmos"

  name           = local.name
  account_name   = "${var.project_name}-${var.environment}-${local.suffix}"
  resource_group = azurerm_resource_group.this
  database_name  = local.pattern

  containers = {
    # A record says itself how long it lives, and is only ever read by its id.
    idempotency = { default_ttl_seconds = -1, indexed = false }
    items       = {}
  }

  autoscale_max_ru_per_second = var.autoscale_max_ru_per_second

  deletion_protection   = !local.is_dev
  public_network_access = var.private_network == null
  alerts                = { action_group_id = var.action_group_id }

  tags = local.tags
}
