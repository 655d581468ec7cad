locals {
  objects_queue = "objects"
}

# Between Event Grid and the function: Event Grid's own retries end after a day and its dead letters are blobs; here files
# wait for as long as it takes, and what fails is kept with its cause.
module "service_bus" {
  source = "../../../modules/azure/service-bus"

  name           = local.name
  namespace_name = "${var.project_name}-${var.environment}-${local.suffix}"
  resource_group = azurerm_resource_group.this

  queues = {
    (local.objects_queue) = {
      max_deliveries = var.max_deliveries
      retention_days = local.queue_retention_days
    }
  }

  dead_letter_retention_days = local.dead_letter_retention_days
  alerts                     = { action_group_id = var.action_group_id }

  tags = local.tags
}
