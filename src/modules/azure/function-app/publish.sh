#!/bin/sh
# Publishes PACKAGE to the Flex Consumption app APP in RESOURCE_GROUP of SUBSCRIPTION with the Azure CLI.
set -eu

if ! command -v az >/dev/null 2>&1; then
  echo "The Azure CLI (az) is needed to publish the function package: install it and run 'az login'," >&2
  echo "or set publish_package to false and publish from a pipeline." >&2
  exit 1
fi

# The provider sets a connection string without a key, which the host would prefer to the identity.
# https://github.com/hashicorp/terraform-provider-azurerm/issues/29693
az functionapp config appsettings delete --subscription "$SUBSCRIPTION" --resource-group "$RESOURCE_GROUP" \
  --name "$APP" --setting-names AzureWebJobsStorage --output none

# The identity's new role on the storage account takes minutes to be known everywhere.
attempt=1
until az functionapp deployment source config-zip --subscription "$SUBSCRIPTION" \
  --resource-group "$RESOURCE_GROUP" --name "$APP" --src "$PACKAGE" --output none; do
  if [ "$attempt" -ge 10 ]; then
    echo "Publishing $PACKAGE to $APP failed $attempt times." >&2
    exit 1
  fi
  attempt=$((attempt + 1))
  sleep 30
done
