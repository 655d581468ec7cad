module "files" {
  source = "../../../modules/azure/blob-container"

  name                 = "uploads"
  storage_account_name = "stf${substr(sha256("files/${local.suffix}"), 0, 16)}"
  resource_group       = azurerm_resource_group.this
  deletion_protection  = !local.is_dev
  noncurrent_days      = var.noncurrent_days

  tags = local.tags
}

# Nothing here writes into the container, so that no file can lead to another one. Names must end with .csv in this case.
module "events" {
  source = "../../../modules/azure/object-events"

  name            = "${local.name}-objects"
  resource_group  = azurerm_resource_group.this
  storage_account = module.files.account
  container_name  = module.files.container.name
  suffix          = ".csv"
  queue_id        = module.service_bus.queues[local.objects_queue].id
  alerts          = { action_group_id = var.action_group_id }

  tags = local.tags
}
