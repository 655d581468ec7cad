import type { DeploymentScope, ProviderRequest, StackValues } from '../stack.ts';
import { textOf } from './arguments.ts';

/** The data sources of the AzureRM provider that only tell who deploys where. Undefined for all others. */
export function readAzureData(
  request: ProviderRequest,
  scope: DeploymentScope['azure'],
): StackValues | undefined {
  const { type, values, provider } = request;
  const configured = (name: string) => textOf(provider.values[name]);
  const subscriptionId =
    textOf(values.subscription_id) ?? configured('subscription_id') ?? scope.subscriptionId;
  const tenantId = configured('tenant_id') ?? scope.tenantId;
  const clientId = configured('client_id') ?? scope.clientId;
  switch (type) {
    case 'azurerm_client_config':
      return {
        id: Buffer.from(
          `clientId=${clientId};objectId=${scope.objectId};subscriptionId=${subscriptionId};tenantId=${tenantId}`,
        ).toString('base64'),
        client_id: clientId,
        object_id: scope.objectId,
        subscription_id: subscriptionId,
        tenant_id: tenantId,
      };
    case 'azurerm_subscription':
      return {
        id: `/subscriptions/${subscriptionId}`,
        subscription_id: subscriptionId,
        tenant_id: tenantId,
        display_name: 'Local subscription',
        state: 'Enabled',
        spending_limit: 'Off',
        quota_id: 'PayAsYouGo_2014-09-01',
        location_placement_id: 'Public_2014-09-01',
        tags: {},
      };
    default:
      return undefined;
  }
}
