# What the module makes, and what it refuses.

mock_provider "azurerm" {
  mock_resource "azurerm_eventgrid_system_topic" {
    defaults = {
      id       = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/acme/providers/Microsoft.EventGrid/systemTopics/acme-objects"
      identity = { principal_id = "11111111-1111-1111-1111-111111111111", tenant_id = "22222222-2222-2222-2222-222222222222" }
    }
  }

  mock_resource "azurerm_storage_container" {
    defaults = { id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/acme/providers/Microsoft.Storage/storageAccounts/acmefiles/blobServices/default/containers/undelivered" }
  }
}

variables {
  container_name = "uploads"
  name           = "acme-objects"
  queue_id       = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/acme/providers/Microsoft.ServiceBus/namespaces/acme/queues/objects"
  resource_group = { location = "westeurope", name = "acme" }
  storage_account = {
    id       = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/acme/providers/Microsoft.Storage/storageAccounts/acmefiles"
    location = "westeurope"
  }
  suffix = ".csv"
  tags   = {}
}

run "new_blobs" {
  command = apply

  assert {
    condition     = azurerm_eventgrid_system_topic_event_subscription.this.included_event_types == tolist(["Microsoft.Storage.BlobCreated"])
    error_message = "Only new blobs may be told of."
  }

  assert {
    condition     = azurerm_eventgrid_system_topic_event_subscription.this.subject_filter[0].subject_begins_with == "/blobServices/default/containers/uploads/blobs/" && azurerm_eventgrid_system_topic_event_subscription.this.subject_filter[0].case_sensitive
    error_message = "Only blobs of the container may be told of, in exactly this case."
  }

  assert {
    condition     = azurerm_eventgrid_system_topic_event_subscription.this.delivery_identity[0].type == "SystemAssigned" && azurerm_role_assignment.deliver.scope == var.queue_id
    error_message = "Event Grid must deliver as its own identity, which may send to this queue."
  }

  assert {
    condition     = azurerm_eventgrid_system_topic_event_subscription.this.storage_blob_dead_letter_destination[0].storage_blob_container_name == "undelivered"
    error_message = "What cannot be delivered must be kept."
  }
}

run "name_with_underscore" {
  command = plan

  variables {
    name = "acme_objects"
  }

  expect_failures = [var.name]
}
