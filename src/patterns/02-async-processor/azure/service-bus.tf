locals {
  jobs_queue = "jobs"
}

# The trigger renews its lock while a job is being done, so that the work may take longer than the lock. An instance does
# as many jobs at once as `maxConcurrentCalls` of host.json says: no more than requests, from which the number of
# instances follows, so that max_concurrency caps both.
# https://learn.microsoft.com/azure/azure-functions/functions-bindings-service-bus#hostjson-settings
module "service_bus" {
  source = "../../../modules/azure/service-bus"

  name           = local.name
  namespace_name = "${var.project_name}-${var.environment}-${local.suffix}"
  resource_group = azurerm_resource_group.this

  queues = {
    (local.jobs_queue) = {
      max_deliveries = var.max_deliveries
      retention_days = local.queue_retention_days
    }
  }

  dead_letter_retention_days = local.dead_letter_retention_days
  alerts                     = { action_group_id = var.action_group_id }

  tags = local.tags
}
