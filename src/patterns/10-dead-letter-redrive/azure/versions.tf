terraform {
  required_version = ">= 1.9"

  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "~> 4.79"
    }
  }
}

provider "azurerm" {
  # Null means ARM_SUBSCRIPTION_ID.
  subscription_id = var.subscription_id

  # The storage account has no usable keys, and nothing here needs its data plane.
  storage_use_azuread = true

  features {
    storage {
      data_plane_available = false
    }
  }
}
