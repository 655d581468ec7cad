# What the module makes, and what it refuses.

mock_provider "azurerm" {
  mock_resource "azurerm_servicebus_namespace" {
    defaults = { id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/g/providers/Microsoft.ServiceBus/namespaces/orders" }
  }

  mock_resource "azurerm_servicebus_topic" {
    defaults = { id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/g/providers/Microsoft.ServiceBus/namespaces/orders/topics/t" }
  }

  mock_resource "azurerm_servicebus_subscription" {
    defaults = { id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/g/providers/Microsoft.ServiceBus/namespaces/orders/topics/t/subscriptions/s" }
  }
}

variables {
  dead_letter_retention_days = 14
  name                       = "acme-orders"
  namespace_name             = "acme-orders"
  resource_group             = { location = "eastus2", name = "acme" }
  tags                       = {}
  queues                     = { orders = {} }
}

run "accepts_the_least" {
  command = apply

  assert {
    condition     = !azurerm_servicebus_namespace.this.local_auth_enabled && azurerm_servicebus_namespace.this.minimum_tls_version == "1.2"
    error_message = "The namespace must take identities only, over TLS 1.2."
  }

  assert {
    condition     = azurerm_servicebus_queue.this["orders"].dead_lettering_on_message_expiration && azurerm_servicebus_queue.this["orders"].forward_dead_lettered_messages_to == "orders-dead-letter"
    error_message = "Nothing may be lost: dead and expired messages must go to the dead-letter queue."
  }

  assert {
    condition     = azurerm_servicebus_queue.dead_letter["orders"].default_message_ttl == "P14D"
    error_message = "Dead letters must be kept for 14 days."
  }

  assert {
    condition     = sort(keys(azurerm_monitor_metric_alert.this)) == tolist(["backlog", "dead_lettered", "dead_letters"])
    error_message = "Alerts must watch the backlog and both kinds of dead letters."
  }
}

run "subqueue" {
  command = plan

  variables {
    queues = { orders = { dead_letter_queue = false } }
  }

  assert {
    condition     = length(azurerm_servicebus_queue.dead_letter) == 0 && output.dead_letter_names["orders"] == "orders/$deadletterqueue"
    error_message = "Dead letters must stay in the subqueue."
  }
}

run "topic" {
  command = apply

  variables {
    queues = {}
    topics = {
      events = {
        subscriptions = {
          all  = { dead_letter_queue = false }
          some = { sql_filter = "kind = 'order'" }
        }
      }
    }
  }

  assert {
    condition     = sort(keys(azurerm_servicebus_subscription_rule.this)) == tolist(["events/some"])
    error_message = "Only a subscription with a filter has a rule of its own."
  }

  assert {
    condition = output.dead_letter_names == {
      "events/all"  = "events/subscriptions/all/$deadletterqueue"
      "events/some" = "events-some-dead-letter"
    }
    error_message = "Every subscription must say where its dead letters are."
  }
}

run "endless_lock" {
  command = plan

  variables {
    queues = { orders = { lock_seconds = 600 } }
  }

  expect_failures = [var.queues]
}

run "reserved_name" {
  command = plan

  variables {
    namespace_name = "acme-orders-sb"
  }

  expect_failures = [var.namespace_name]
}
