import type { StackValue, StackValues } from '../../terraform/stack.ts';
import type { AzureScope } from './service.ts';

/** An argument as text; empty when it is not a known one. */
export const text = (value: StackValue | undefined): string => (typeof value === 'string' ? value : '');

/** `/subscriptions/{}/resourceGroups/{}` of the resource's `resource_group_name`. */
export const resourceGroupId = (values: StackValues, { subscriptionId }: AzureScope): string =>
  `/subscriptions/${subscriptionId}/resourceGroups/${text(values.resource_group_name)}`;

/**
 * The id of a resource in a resource group. `type` is as Azure Resource Manager writes it: `Microsoft.Web/sites`.
 * https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
 */
export const resourceId = (values: StackValues, scope: AzureScope, type: string): string =>
  `${resourceGroupId(values, scope)}/providers/${type}/${text(values.name)}`;

/** The last segment of an id: the name of what it identifies. */
export const nameOfId = (id: string): string => id.slice(id.lastIndexOf('/') + 1);
