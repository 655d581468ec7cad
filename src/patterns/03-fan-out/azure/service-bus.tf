locals {
  completed_queue = "completed"
  orders_topic    = "orders"
}

module "service_bus" {
  source = "../../../modules/azure/service-bus"

  name           = local.name
  namespace_name = "${var.project_name}-${var.environment}-${local.suffix}"
  resource_group = azurerm_resource_group.this

  topics = {
    (local.orders_topic) = {
      retention_days = local.queue_retention_days
      subscriptions = {
        for name, branch in local.branches : name => {
          max_deliveries = var.max_deliveries
          sql_filter     = branch.sql_filter
        }
      }
    }
  }

  # Where whoever goes on with a completed order finds it. Its message id is the order's: what is announced again within
  # minutes is dropped.
  queues = {
    (local.completed_queue) = {
      dead_letter_queue           = false
      duplicate_detection_minutes = 10
      retention_days              = local.queue_retention_days
    }
  }

  dead_letter_retention_days = local.dead_letter_retention_days
  alerts                     = { action_group_id = var.action_group_id }

  tags = local.tags
}
