# Tells a Service Bus queue of every new blob of a container. Event Grid delivers as the identity of the topic, so that no
# key is kept anywhere, and what it cannot deliver for a day it puts into a container beside the files.

resource "azurerm_eventgrid_system_topic" "this" {
  name                = var.name
  resource_group_name = var.resource_group.name
  # A system topic is where its source is.
  location           = var.storage_account.location
  source_resource_id = var.storage_account.id
  topic_type         = "Microsoft.Storage.StorageAccounts"

  identity {
    type = "SystemAssigned"
  }

  tags = var.tags
}

resource "azurerm_role_assignment" "deliver" {
  scope                = var.queue_id
  role_definition_name = "Azure Service Bus Data Sender"
  principal_id         = azurerm_eventgrid_system_topic.this.identity[0].principal_id
  principal_type       = "ServicePrincipal"
  description          = "Events that ${var.name} delivers"
}

resource "azurerm_storage_container" "undelivered" {
  name                  = "undelivered"
  storage_account_id    = var.storage_account.id
  container_access_type = "private"
}

resource "azurerm_role_assignment" "undelivered" {
  scope                = azurerm_storage_container.undelivered.id
  role_definition_name = "Storage Blob Data Contributor"
  principal_id         = azurerm_eventgrid_system_topic.this.identity[0].principal_id
  principal_type       = "ServicePrincipal"
  description          = "Events that ${var.name} cannot deliver"
}

resource "azurerm_eventgrid_system_topic_event_subscription" "this" {
  name                = var.name
  system_topic        = azurerm_eventgrid_system_topic.this.name
  resource_group_name = var.resource_group.name

  event_delivery_schema         = "EventGridSchema"
  included_event_types          = ["Microsoft.Storage.BlobCreated"]
  service_bus_queue_endpoint_id = var.queue_id

  # Also keeps the events of the container with the undelivered ones away.
  subject_filter {
    subject_begins_with = "/blobServices/default/containers/${var.container_name}/blobs/${var.prefix}"
    subject_ends_with   = var.suffix
    case_sensitive      = true
  }

  delivery_identity {
    type = "SystemAssigned"
  }

  retry_policy {
    event_time_to_live    = 1440
    max_delivery_attempts = 30
  }

  storage_blob_dead_letter_destination {
    storage_account_id          = var.storage_account.id
    storage_blob_container_name = azurerm_storage_container.undelivered.name
  }

  dead_letter_identity {
    type = "SystemAssigned"
  }

  depends_on = [azurerm_role_assignment.deliver, azurerm_role_assignment.undelivered]
}
