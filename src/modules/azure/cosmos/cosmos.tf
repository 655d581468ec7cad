# A Cosmos DB account (API for NoSQL) with one database: serverless, or with autoscale throughput. Access is by Entra ID
# identity only.

resource "azurerm_cosmosdb_account" "this" {
  name                = var.account_name
  resource_group_name = var.resource_group.name
  location            = var.resource_group.location
  kind                = "GlobalDocumentDB"
  offer_type          = "Standard"

  access_key_metadata_writes_enabled = false
  local_authentication_enabled       = false
  minimal_tls_version                = "Tls12"
  public_network_access_enabled      = var.public_network_access
  # Open to the network unless the stack brings a private endpoint; identities decide in both cases.

  # Serverless costs nothing while nobody calls, and gives a container 5,000 RU/s at most.
  # https://learn.microsoft.com/azure/cosmos-db/serverless-performance
  dynamic "capabilities" {
    for_each = var.autoscale_max_ru_per_second == null ? ["EnableServerless"] : []

    content {
      name = capabilities.value
    }
  }

  consistency_policy {
    consistency_level = "Session"
  }

  geo_location {
    location          = var.resource_group.location
    failover_priority = 0
  }

  # Restore to any second of the last seven days; this tier is free.
  backup {
    type = "Continuous"
    tier = "Continuous7Days"
  }

  tags = var.tags
}

resource "azurerm_cosmosdb_sql_database" "this" {
  name                = var.database_name
  resource_group_name = var.resource_group.name
  account_name        = azurerm_cosmosdb_account.this.name
}

resource "azurerm_cosmosdb_sql_container" "this" {
  for_each = var.containers

  name                  = each.key
  resource_group_name   = var.resource_group.name
  account_name          = azurerm_cosmosdb_account.this.name
  database_name         = azurerm_cosmosdb_sql_database.this.name
  partition_key_paths   = [each.value.partition_key_path]
  partition_key_version = 2
  default_ttl           = each.value.default_ttl_seconds

  dynamic "autoscale_settings" {
    for_each = var.autoscale_max_ru_per_second == null ? [] : [var.autoscale_max_ru_per_second]

    content {
      max_throughput = autoscale_settings.value
    }
  }

  indexing_policy {
    indexing_mode = "consistent"

    # Every indexed property makes each write dearer. A container that is only read by id needs none of them;
    # the mode stays `consistent`, because without an index there is no TTL.
    dynamic "included_path" {
      for_each = each.value.indexed ? ["/*"] : []

      content {
        path = included_path.value
      }
    }

    dynamic "excluded_path" {
      for_each = each.value.indexed ? [] : ["/*"]

      content {
        path = excluded_path.value
      }
    }
  }
}

# Cosmos DB has no switch of its own against deletion.
resource "azurerm_management_lock" "this" {
  count = var.deletion_protection ? 1 : 0

  name       = "keep-${azurerm_cosmosdb_account.this.name}"
  scope      = azurerm_cosmosdb_account.this.id
  lock_level = "CanNotDelete"
  notes      = "Holds the data of the stack. Remove the lock before destroying it."

  depends_on = [azurerm_cosmosdb_sql_container.this]
}
