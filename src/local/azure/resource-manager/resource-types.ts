// Resource groups and locks.
// https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs/resources/resource_group and its neighbours
import type { ResourceTypes } from '../../resource-type.ts';
import { text } from '../resource-id.ts';
import type { AzureScope } from '../service.ts';

export const resourceManagerResourceTypes: ResourceTypes<AzureScope, undefined> = {
  azurerm_resource_group: {
    attributes: (values, { subscriptionId }) => ({
      id: `/subscriptions/${subscriptionId}/resourceGroups/${text(values.name)}`,
      managed_by: '',
      tags: {},
    }),
    declaredOnly: 'a group is part of the ids of what is in it, and of nothing else',
  },
  azurerm_management_lock: {
    attributes: (values) => ({
      id: `${text(values.scope)}/providers/Microsoft.Authorization/locks/${text(values.name)}`,
      notes: '',
    }),
    declaredOnly: 'nothing deletes resources of a local run; all of them end with it',
  },
};
