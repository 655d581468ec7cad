locals {
  results_container = "results"
}

module "results" {
  source = "../../../modules/azure/blob-container"

  name                 = local.results_container
  storage_account_name = "results${substr(sha256(local.suffix), 0, 16)}"
  resource_group       = azurerm_resource_group.this
  deletion_protection  = !local.is_dev
  expirations          = { results = { prefix = "results/", days = local.result_retention_days } }

  tags = local.tags
}
