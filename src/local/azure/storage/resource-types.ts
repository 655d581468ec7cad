// Storage accounts and what belongs to them.
// https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs/resources/storage_account and its neighbours
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { StackValues } from '../../../terraform/stack.ts';
import { readResource } from '../../engine/read-resource.ts';
import type { ResourceTypes } from '../../resource-type.ts';
import { resourceId, text } from '../resource-id.ts';
import type { AzureScope } from '../service.ts';
import { containerScope, type StorageAccounts } from './storage-accounts.ts';

const services = ['blob', 'queue', 'table', 'file', 'dfs'];

const Account = z.object({ id: z.string(), name: z.string() });

export const storageResourceTypes: ResourceTypes<AzureScope, StorageAccounts> = {
  azurerm_storage_account: {
    attributes(values, scope) {
      const id = resourceId(values, scope, 'Microsoft.Storage/storageAccounts');
      const name = text(values.name);
      const [primary, secondary] = ['primary', 'secondary'].map((use) => accountKey(id, use));
      const endpoints: StackValues = {};
      for (const service of services) {
        endpoints[`primary_${service}_host`] = `${name}.${service}.core.windows.net`;
        endpoints[`primary_${service}_endpoint`] = `https://${name}.${service}.core.windows.net/`;
      }
      return {
        id,
        ...endpoints,
        primary_location: text(values.location),
        primary_access_key: primary ?? '',
        secondary_access_key: secondary ?? '',
        primary_connection_string: connectionString(name, primary ?? ''),
        secondary_connection_string: connectionString(name, secondary ?? ''),
        account_kind: 'StorageV2',
        access_tier: 'Hot',
        https_traffic_only_enabled: true,
        min_tls_version: 'TLS1_2',
        public_network_access_enabled: true,
        shared_access_key_enabled: true,
        tags: {},
      };
    },
    realise(resource, accounts) {
      accounts.add(readResource(Account, resource));
    },
  },
  azurerm_storage_container: {
    attributes(values, _scope, address) {
      if (typeof values.storage_account_id !== 'string')
        throw new Error(
          `${address}: give storage_account_id; storage_account_name is deprecated and not supported`,
        );
      const id = containerScope(values.storage_account_id, text(values.name));
      return {
        id,
        resource_manager_id: id,
        container_access_type: 'private',
        default_encryption_scope: '$account-encryption-key',
        encryption_scope_override_enabled: true,
        has_immutability_policy: false,
        has_legal_hold: false,
        metadata: {},
      };
    },
    declaredOnly: 'the package that it holds in the cloud is read where the build left it',
  },
  azurerm_storage_management_policy: {
    attributes: (values) => ({ id: `${text(values.storage_account_id)}/managementPolicies/default` }),
    declaredOnly: 'a local run does not last the days after which a policy deletes',
  },
};

/** A key in the vendor's form, 64 bytes in base64, that is the same in every run. */
const accountKey = (id: string, use: string) => createHash('sha512').update(`${id}\n${use}`).digest('base64');

const connectionString = (name: string, key: string) =>
  `DefaultEndpointsProtocol=https;AccountName=${name};AccountKey=${key};EndpointSuffix=core.windows.net`;
