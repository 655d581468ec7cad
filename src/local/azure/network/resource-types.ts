// Virtual networks and what belongs to them.
// https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs/resources/virtual_network and its neighbours
import type { StackValues } from '../../../terraform/stack.ts';
import type { ResourceType, ResourceTypes } from '../../resource-type.ts';
import { guidOf } from '../authorization/identity.ts';
import { resourceGroupId, resourceId, text } from '../resource-id.ts';
import type { AzureScope } from '../service.ts';

/** A network resource: its id and what other resources refer to. */
function networkResource(
  id: (values: StackValues, scope: AzureScope) => string,
  more: (values: StackValues, id: string) => StackValues = () => ({}),
): ResourceType<AzureScope, undefined> {
  return {
    attributes(values, scope) {
      const own = id(values, scope);
      return { id: own, tags: {}, ...more(values, own) };
    },
    declaredOnly:
      'functions and services of a local run share one machine; there is no network between them to shape',
  };
}

const inGroup = (type: string) => (values: StackValues, scope: AzureScope) => resourceId(values, scope, type);

const networkId = (values: StackValues, scope: AzureScope) =>
  `${resourceGroupId(values, scope)}/providers/Microsoft.Network/virtualNetworks/${text(values.virtual_network_name)}`;

const zoneId = (values: StackValues, scope: AzureScope) =>
  `${resourceGroupId(values, scope)}/providers/Microsoft.Network/privateDnsZones/${text(values.private_dns_zone_name)}`;

export const networkResourceTypes: ResourceTypes<AzureScope, undefined> = {
  azurerm_virtual_network: networkResource(inGroup('Microsoft.Network/virtualNetworks'), (_values, id) => ({
    guid: guidOf(id),
    dns_servers: [],
    subnet: [],
  })),
  azurerm_subnet: networkResource(
    (values, scope) => `${networkId(values, scope)}/subnets/${text(values.name)}`,
    () => ({
      default_outbound_access_enabled: true,
      private_endpoint_network_policies: 'Disabled',
      private_link_service_network_policies_enabled: true,
    }),
  ),
  azurerm_network_security_group: networkResource(inGroup('Microsoft.Network/networkSecurityGroups'), () => ({
    security_rule: [],
  })),
  azurerm_subnet_network_security_group_association: networkResource((values) => text(values.subnet_id)),
  azurerm_private_dns_zone: networkResource(inGroup('Microsoft.Network/privateDnsZones'), () => ({
    number_of_record_sets: 1,
    max_number_of_record_sets: 25_000,
    max_number_of_virtual_network_links: 1000,
    max_number_of_virtual_network_links_with_registration: 100,
  })),
  azurerm_private_dns_zone_virtual_network_link: networkResource(
    (values, scope) => `${zoneId(values, scope)}/virtualNetworkLinks/${text(values.name)}`,
    () => ({ registration_enabled: false, resolution_policy: 'Default' }),
  ),
  azurerm_private_endpoint: networkResource(inGroup('Microsoft.Network/privateEndpoints'), (values, id) => ({
    network_interface: [
      { id: `${id}-nic`, name: text(values.custom_network_interface_name) || `${text(values.name)}-nic` },
    ],
    custom_dns_configs: [],
    private_dns_zone_configs: [],
  })),
};
