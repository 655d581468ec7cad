import type { ResourceTypes } from '../../resource-type.ts';
import { text } from '../resource-id.ts';
import type { AzureScope } from '../service.ts';

/** https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs/resources/consumption_budget_resource_group */
export const costManagementResourceTypes: ResourceTypes<AzureScope, undefined> = {
  azurerm_consumption_budget_resource_group: {
    attributes: (values) => ({
      id: `${text(values.resource_group_id)}/providers/Microsoft.Consumption/budgets/${text(values.name)}`,
      etag: '"1d0000000000000"',
      time_grain: 'Monthly',
    }),
    declaredOnly: 'a local run costs nothing',
  },
};
