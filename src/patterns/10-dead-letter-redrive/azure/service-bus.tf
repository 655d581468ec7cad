locals {
  orders_queue = "orders"
}

module "service_bus" {
  source = "../../../modules/azure/service-bus"

  name           = local.name
  namespace_name = "${var.project_name}-${var.environment}-${local.suffix}"
  resource_group = azurerm_resource_group.this

  queues = {
    (local.orders_queue) = {
      max_deliveries = var.max_deliveries
      retention_days = local.queue_retention_days
    }
  }

  dead_letter_retention_days = local.dead_letter_retention_days
  alerts                     = { action_group_id = var.action_group_id }

  tags = local.tags
}
