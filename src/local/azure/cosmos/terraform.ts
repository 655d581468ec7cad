import { createHash } from 'node:crypto';
import { type StackValue, type StackValues, Unknown } from '../../../terraform/stack.ts';
import type { ResourceTypes } from '../../resource-type.ts';
import type { AzureScope } from '../service.ts';
import type { AccountKeys } from './account.ts';
import type { ContainerDefinition } from './container.ts';
import type { Cosmos } from './cosmos.ts';
import type { IndexingPolicy } from './indexing-policy.ts';
import type { Throughput } from './throughput.ts';

/** `registry.terraform.io/providers/hashicorp/azurerm/latest/docs/resources/cosmosdb_account` and its relatives. */
export const cosmosResourceTypes: ResourceTypes<AzureScope, Cosmos> = {
  azurerm_cosmosdb_account: {
    attributes: accountAttributes,
    realise(resource, cosmos) {
      const { values, address } = resource;
      const capabilities = blocks(values.capabilities).map((capability) => text(capability, 'name', address));
      const unsupported = capabilities.find((name) => /^Enable(Mongo|Cassandra|Gremlin|Table)/.test(name));
      if (unsupported || optionalText(values, 'kind', 'GlobalDocumentDB') !== 'GlobalDocumentDB') {
        throw new Error(
          `${address}: the local Cosmos DB offers only the API for NoSQL, not '${unsupported ?? values.kind}'.`,
        );
      }
      const id = text(values, 'id', address);
      cosmos.createAccount({
        name: text(values, 'name', address),
        id,
        location: text(values, 'location', address),
        serverless: capabilities.includes('EnableServerless'),
        localAuthenticationEnabled: values.local_authentication_enabled !== false,
        keys: keysOf(id),
        consistencyLevel: optionalText(
          blocks(values.consistency_policy)[0] ?? {},
          'consistency_level',
          'Session',
        ),
      });
    },
  },

  azurerm_cosmosdb_sql_database: {
    attributes: (values, scope, address) => ({
      id: `${accountId(values, 'account_name', scope, address)}/sqlDatabases/${text(values, 'name', address)}`,
    }),
    realise({ values, address }, cosmos) {
      const throughput = throughputOf(values);
      cosmos.createDatabase(text(values, 'account_name', address), {
        name: text(values, 'name', address),
        ...(throughput && { throughput }),
      });
    },
  },

  azurerm_cosmosdb_sql_container: {
    attributes: (values, scope, address) => ({
      id:
        `${accountId(values, 'account_name', scope, address)}/sqlDatabases/` +
        `${text(values, 'database_name', address)}/containers/${text(values, 'name', address)}`,
      partition_key_kind: optionalText(values, 'partition_key_kind', 'Hash'),
    }),
    realise({ values, address }, cosmos) {
      const account = text(values, 'account_name', address);
      cosmos.createContainer(account, text(values, 'database_name', address), containerOf(values, address));
    },
  },

  azurerm_cosmosdb_sql_role_definition: {
    attributes(values, scope, address) {
      const roleDefinitionId = optionalText(values, 'role_definition_id', uuidOf(address));
      return {
        id: `${accountId(values, 'account_name', scope, address)}/sqlRoleDefinitions/${roleDefinitionId}`,
        role_definition_id: roleDefinitionId,
        type: optionalText(values, 'type', 'CustomRole'),
      };
    },
    declaredOnly: 'Whoever decides about a call reads role definitions from the Terraform itself.',
  },

  azurerm_cosmosdb_sql_role_assignment: {
    attributes(values, scope, address) {
      const name = optionalText(values, 'name', uuidOf(address));
      return { id: `${accountId(values, 'account_name', scope, address)}/sqlRoleAssignments/${name}`, name };
    },
    declaredOnly: 'Whoever decides about a call reads role assignments from the Terraform itself.',
  },
};

function accountAttributes(values: StackValues, scope: AzureScope, address: string): StackValues {
  const name = text(values, 'name', address);
  const id = accountId(values, 'name', scope, address);
  const keys = keysOf(id);
  const endpoint = `https://${name}.documents.azure.com:443/`;
  const regions = blocks(values.geo_location).map((region) =>
    regionName(optionalText(region, 'location', '')),
  );
  const regional = regions.map((region) => `https://${name}-${region}.documents.azure.com:443/`);
  const connectionString = (key: string) => `AccountEndpoint=${endpoint};AccountKey=${key};`;
  const enabled =
    typeof values.local_authentication_enabled === 'boolean'
      ? values.local_authentication_enabled
      : values.local_authentication_disabled !== true;
  return {
    id,
    endpoint,
    read_endpoints: regional,
    write_endpoints: regional.slice(0, values.multiple_write_locations_enabled === true ? undefined : 1),
    kind: optionalText(values, 'kind', 'GlobalDocumentDB'),
    local_authentication_enabled: enabled,
    local_authentication_disabled: !enabled,
    primary_key: keys.primary,
    secondary_key: keys.secondary,
    primary_readonly_key: keys.primaryReadonly,
    secondary_readonly_key: keys.secondaryReadonly,
    primary_sql_connection_string: connectionString(keys.primary),
    secondary_sql_connection_string: connectionString(keys.secondary),
    primary_readonly_sql_connection_string: connectionString(keys.primaryReadonly),
    secondary_readonly_sql_connection_string: connectionString(keys.secondaryReadonly),
    public_network_access_enabled: values.public_network_access_enabled !== false,
  };
}

const regionName = (location: string) => location.toLowerCase().replaceAll(' ', '');

function accountId(values: StackValues, nameArgument: string, scope: AzureScope, address: string): string {
  const group = text(values, 'resource_group_name', address);
  return (
    `/subscriptions/${scope.subscriptionId}/resourceGroups/${group}` +
    `/providers/Microsoft.DocumentDB/databaseAccounts/${text(values, nameArgument, address)}`
  );
}

/** Keys in the vendor's form, 64 bytes in base64, that are the same in every run. */
export function keysOf(accountId: string): AccountKeys {
  const key = (use: string) => createHash('sha512').update(`${accountId}\n${use}`).digest('base64');
  return {
    primary: key('primary'),
    secondary: key('secondary'),
    primaryReadonly: key('primary read-only'),
    secondaryReadonly: key('secondary read-only'),
  };
}

/** A UUID that is the same in every run. */
function uuidOf(address: string): string {
  const digits = createHash('sha256').update(address).digest('hex');
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `5${digits.slice(13, 16)}`,
    `8${digits.slice(17, 20)}`,
    digits.slice(20, 32),
  ].join('-');
}

function containerOf(values: StackValues, address: string): ContainerDefinition {
  const [policy] = blocks(values.indexing_policy);
  const uniqueKeys = blocks(values.unique_key).map((key) => ({ paths: texts(key, 'paths', address) }));
  const throughput = throughputOf(values);
  const kind = optionalText(values, 'partition_key_kind', 'Hash');
  return {
    name: text(values, 'name', address),
    partitionKey: {
      paths: texts(values, 'partition_key_paths', address),
      kind: kind === 'MultiHash' ? 'MultiHash' : 'Hash',
      // Without it the service takes version 1, whose keys are short; hierarchical keys are always version 2.
      version: values.partition_key_version === 2 || kind === 'MultiHash' ? 2 : 1,
    },
    ...(typeof values.default_ttl === 'number' && { defaultTtlSeconds: values.default_ttl }),
    ...(uniqueKeys.length > 0 && { uniqueKeys }),
    ...(policy && { indexingPolicy: indexingPolicyOf(policy, address) }),
    ...(throughput && { throughput }),
  };
}

function indexingPolicyOf(policy: StackValues, address: string): IndexingPolicy {
  const indexingMode =
    optionalText(policy, 'indexing_mode', 'consistent').toLowerCase() === 'none' ? 'none' : 'consistent';
  const paths = (block: StackValue | undefined) =>
    blocks(block).map((entry) => ({ path: text(entry, 'path', address) }));
  const compositeIndexes = blocks(policy.composite_index).map((composite) =>
    blocks(composite.index).map((part) => ({
      path: text(part, 'path', address),
      order:
        text(part, 'order', address).toLowerCase() === 'descending'
          ? ('descending' as const)
          : ('ascending' as const),
    })),
  );
  return {
    indexingMode,
    automatic: indexingMode === 'consistent',
    includedPaths: paths(policy.included_path),
    excludedPaths: paths(policy.excluded_path),
    ...(compositeIndexes.length > 0 && { compositeIndexes }),
  };
}

function throughputOf(values: StackValues): Throughput | undefined {
  const maxRuPerSecond = blocks(values.autoscale_settings)[0]?.max_throughput;
  if (typeof maxRuPerSecond === 'number') return { kind: 'autoscale', maxRuPerSecond };
  return typeof values.throughput === 'number'
    ? { kind: 'manual', ruPerSecond: values.throughput }
    : undefined;
}

function text(values: StackValues, argument: string, address: string): string {
  const value = values[argument];
  if (typeof value === 'string') return value;
  throw new Error(`${address}: '${argument}' must be a known text.`);
}

function optionalText(values: StackValues, argument: string, byDefault: string): string {
  const value = values[argument];
  return typeof value === 'string' ? value : byDefault;
}

function texts(values: StackValues, argument: string, address: string): string[] {
  const value = values[argument];
  const list = Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
  if (Array.isArray(value) && list.length === value.length) return list;
  throw new Error(`${address}: '${argument}' must be a list of known texts.`);
}

/** A nested block is a list of objects. */
function blocks(value: StackValue | undefined): StackValues[] {
  return Array.isArray(value) ? value.filter(isBlock) : [];
}

const isBlock = (value: StackValue): value is StackValues =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Unknown);
