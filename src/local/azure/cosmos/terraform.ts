import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { StackResource, StackValue, StackValues } from '../../../terraform/stack.ts';
import { ConfigurationError, readResource } from '../../engine/read-resource.ts';
import type { ResourceTypes } from '../../resource-type.ts';
import type { AzureScope } from '../service.ts';
import type { AccountDefinition, AccountKeys } from './account.ts';
import type { ContainerDefinition } from './container.ts';
import type { Cosmos } from './cosmos.ts';
import type { IndexingPolicy } from './indexing-policy.ts';
import type { Throughput } from './throughput.ts';

/**
 * registry.terraform.io/providers/hashicorp/azurerm/latest/docs/resources/cosmosdb_account and its relatives. Roles for its
 * data are in `authorization/`, with all others.
 */
export const cosmosResourceTypes: ResourceTypes<AzureScope, Cosmos> = {
  azurerm_cosmosdb_account: {
    attributes: accountAttributes,
    realise: (resource, cosmos) => void cosmos.createAccount(accountOf(resource)),
  },

  azurerm_cosmosdb_sql_database: {
    attributes: (values, scope, address) => ({
      id: `${accountId(values, 'account_name', scope, address)}/sqlDatabases/${text(values, 'name', address)}`,
    }),
    realise(resource, cosmos) {
      const database = readResource(DatabaseArguments, resource);
      cosmos.createDatabase(database.account_name, { name: database.name, ...throughputOf(database) });
    },
  },

  azurerm_cosmosdb_sql_container: {
    attributes: (values, scope, address) => ({
      id:
        `${accountId(values, 'account_name', scope, address)}/sqlDatabases/` +
        `${text(values, 'database_name', address)}/containers/${text(values, 'name', address)}`,
      partition_key_kind: textOr(values.partition_key_kind, 'Hash'),
    }),
    realise(resource, cosmos) {
      const container = readResource(ContainerArguments, resource);
      cosmos.createContainer(container.account_name, container.database_name, containerOf(container));
    },
  },
};

function accountAttributes(values: StackValues, scope: AzureScope, address: string): StackValues {
  const name = text(values, 'name', address);
  const id = accountId(values, 'name', scope, address);
  const keys = keysOf(id);
  const endpoint = `https://${name}.documents.azure.com:443/`;
  const regional = regionsOf(values.geo_location).map(
    (region) => `https://${name}-${region}.documents.azure.com:443/`,
  );
  const connectionString = (key: string) => `AccountEndpoint=${endpoint};AccountKey=${key};`;
  const usesKeys =
    typeof values.local_authentication_enabled === 'boolean'
      ? values.local_authentication_enabled
      : values.local_authentication_disabled !== true;
  return {
    id,
    endpoint,
    read_endpoints: regional,
    write_endpoints: values.multiple_write_locations_enabled === true ? regional : regional.slice(0, 1),
    kind: textOr(values.kind, 'GlobalDocumentDB'),
    local_authentication_enabled: usesKeys,
    local_authentication_disabled: !usesKeys,
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

/** `westeurope`, in the order of their failover priority. */
function regionsOf(blocks: StackValue | undefined): string[] {
  const locations = z
    .array(z.object({ location: z.string(), failover_priority: z.number() }))
    .safeParse(blocks);
  return (locations.data ?? [])
    .toSorted((a, b) => a.failover_priority - b.failover_priority)
    .map(({ location }) => location.toLowerCase().replaceAll(' ', ''));
}

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

function text(values: StackValues, argument: string, address: string): string {
  const value = values[argument];
  if (typeof value === 'string') return value;
  throw new Error(`${address}: '${argument}' must be a known text.`);
}

const textOr = (value: StackValue | undefined, byDefault: string) =>
  typeof value === 'string' ? value : byDefault;

const AccountArguments = z.object({
  id: z.string(),
  name: z.string(),
  location: z.string(),
  kind: z.string().default('GlobalDocumentDB'),
  local_authentication_enabled: z.boolean().default(true),
  capabilities: z.array(z.object({ name: z.string() })).default([]),
  consistency_policy: z.array(z.object({ consistency_level: z.string() })).default([]),
});

function accountOf(resource: StackResource): AccountDefinition {
  const account = readResource(AccountArguments, resource);
  const capabilities = account.capabilities.map(({ name }) => name);
  const otherApi = capabilities.find((name) => /^Enable(Mongo|Cassandra|Gremlin|Table)/.test(name));
  if (otherApi || account.kind !== 'GlobalDocumentDB') {
    const asked = otherApi ?? `kind ${account.kind}`;
    throw new ConfigurationError(
      resource,
      `the local Cosmos DB offers only the API for NoSQL, not '${asked}'`,
    );
  }
  return {
    name: account.name,
    id: account.id,
    location: account.location,
    serverless: capabilities.includes('EnableServerless'),
    localAuthenticationEnabled: account.local_authentication_enabled,
    keys: keysOf(account.id),
    consistencyLevel: account.consistency_policy[0]?.consistency_level ?? 'Session',
  };
}

const autoscale = z.array(z.object({ max_throughput: z.number() })).default([]);

const DatabaseArguments = z.object({
  name: z.string(),
  account_name: z.string(),
  throughput: z.number().optional(),
  autoscale_settings: autoscale,
});

const path = z.object({ path: z.string() });

const ContainerArguments = z.object({
  name: z.string(),
  account_name: z.string(),
  database_name: z.string(),
  partition_key_paths: z.array(z.string()).min(1).max(3),
  partition_key_kind: z.enum(['Hash', 'MultiHash']).default('Hash'),
  partition_key_version: z.union([z.literal(1), z.literal(2)]).optional(),
  default_ttl: z.number().optional(),
  throughput: z.number().optional(),
  autoscale_settings: autoscale,
  unique_key: z.array(z.object({ paths: z.array(z.string()) })).default([]),
  indexing_policy: z
    .array(
      z.object({
        indexing_mode: z.string().default('consistent'),
        included_path: z.array(path).default([]),
        excluded_path: z.array(path).default([]),
        composite_index: z
          .array(z.object({ index: z.array(z.object({ path: z.string(), order: z.string() })) }))
          .default([]),
      }),
    )
    .default([]),
});

function containerOf(container: z.output<typeof ContainerArguments>): ContainerDefinition {
  const kind = container.partition_key_kind;
  const [policy] = container.indexing_policy;
  return {
    name: container.name,
    partitionKey: {
      paths: container.partition_key_paths,
      kind,
      // Without it the service takes version 1, whose keys are short; hierarchical keys are always version 2.
      version: container.partition_key_version ?? (kind === 'MultiHash' ? 2 : 1),
    },
    ...(container.default_ttl !== undefined && { defaultTtlSeconds: container.default_ttl }),
    ...(container.unique_key.length > 0 && { uniqueKeys: container.unique_key }),
    ...(policy && { indexingPolicy: indexingPolicyOf(policy) }),
    ...throughputOf(container),
  };
}

type PolicyArguments = z.output<typeof ContainerArguments>['indexing_policy'][number];

function indexingPolicyOf(policy: PolicyArguments): IndexingPolicy {
  const indexingMode = policy.indexing_mode.toLowerCase() === 'none' ? 'none' : 'consistent';
  const compositeIndexes = policy.composite_index.map(({ index }) =>
    index.map(({ path, order }) => ({
      path,
      order: order.toLowerCase() === 'descending' ? ('descending' as const) : ('ascending' as const),
    })),
  );
  return {
    indexingMode,
    automatic: indexingMode === 'consistent',
    includedPaths: policy.included_path,
    excludedPaths: policy.excluded_path,
    ...(compositeIndexes.length > 0 && { compositeIndexes }),
  };
}

function throughputOf(values: {
  throughput?: number | undefined;
  autoscale_settings: { max_throughput: number }[];
}): { throughput?: Throughput } {
  const [scaling] = values.autoscale_settings;
  if (scaling) return { throughput: { kind: 'autoscale', maxRuPerSecond: scaling.max_throughput } };
  return values.throughput === undefined
    ? {}
    : { throughput: { kind: 'manual', ruPerSecond: values.throughput } };
}
