import { expect, test } from 'vitest';
import type { StackResource, StackValues } from '../../../terraform/stack.ts';
import { cosmosResourceTypes, keysOf } from './terraform.ts';
import { testCosmos } from './test-account.ts';

const scope = { subscriptionId: 'sub', tenantId: 'tenant' };
const base = '/subscriptions/sub/resourceGroups/rg/providers/Microsoft.DocumentDB/databaseAccounts/shop';

function attributes(type: string, values: StackValues, address = `${type}.this`): StackValues {
  return cosmosResourceTypes[type]?.attributes(values, scope, address) ?? {};
}

function resource(type: string, values: StackValues): StackResource {
  const address = `${type}.this`;
  return {
    address,
    mode: 'managed',
    type,
    name: 'this',
    modulePath: [],
    provider: 'azurerm',
    values: { ...values, ...attributes(type, values) },
    configured: Object.keys(values),
    sensitive: [],
    dependsOn: [],
    source: { file: 'main.tf', line: 3, column: 1 },
  };
}

const account: StackValues = {
  name: 'shop',
  resource_group_name: 'rg',
  location: 'West Europe',
  offer_type: 'Standard',
  consistency_policy: [{ consistency_level: 'Session' }],
  geo_location: [{ location: 'West Europe', failover_priority: 0 }],
  capabilities: [{ name: 'EnableServerless' }],
  local_authentication_enabled: false,
};
const database: StackValues = { name: 'main', resource_group_name: 'rg', account_name: 'shop' };
const container: StackValues = {
  ...database,
  name: 'orders',
  database_name: 'main',
  partition_key_paths: ['/tenant', '/id'],
  partition_key_kind: 'MultiHash',
  partition_key_version: 2,
  default_ttl: 3600,
  unique_key: [{ paths: ['/number'] }],
  indexing_policy: [
    {
      indexing_mode: 'consistent',
      included_path: [{ path: '/*' }],
      excluded_path: [{ path: '/payload/*' }],
      composite_index: [
        {
          index: [
            { path: '/at', order: 'Descending' },
            { path: '/id', order: 'ascending' },
          ],
        },
      ],
    },
  ],
};

test('an account has the attributes of the cloud, the same in every run', () => {
  const computed = attributes('azurerm_cosmosdb_account', account);
  expect(computed).toEqual(attributes('azurerm_cosmosdb_account', account));
  expect(computed).toMatchObject({
    id: base,
    endpoint: 'https://shop.documents.azure.com:443/',
    read_endpoints: ['https://shop-westeurope.documents.azure.com:443/'],
    local_authentication_disabled: true,
    primary_sql_connection_string: `AccountEndpoint=https://shop.documents.azure.com:443/;AccountKey=${computed.primary_key};`,
  });
  expect(Buffer.from(String(computed.primary_key), 'base64')).toHaveLength(64);
  const keys = Object.values(keysOf(base));
  expect(new Set(keys).size).toBe(4);
});

test('the ids of the others stand below the account’s', () => {
  expect(attributes('azurerm_cosmosdb_sql_database', database).id).toBe(`${base}/sqlDatabases/main`);
  expect(attributes('azurerm_cosmosdb_sql_container', container).id).toBe(
    `${base}/sqlDatabases/main/containers/orders`,
  );
});

test('an account, database and container are made as the Terraform says', async () => {
  const { cosmos } = testCosmos();
  for (const [type, values] of [
    ['azurerm_cosmosdb_account', account],
    ['azurerm_cosmosdb_sql_database', database],
    ['azurerm_cosmosdb_sql_container', container],
  ] as const) {
    await cosmosResourceTypes[type]?.realise?.(resource(type, values), cosmos);
  }
  expect(cosmos.account('shop')?.definition).toMatchObject({
    id: base,
    serverless: true,
    localAuthenticationEnabled: false,
    keys: keysOf(base),
  });
  const made = cosmos.container({ account: 'shop', database: 'main', container: 'orders' });
  expect(made?.budget.ruPerSecond).toBe(5000);
  expect(made?.definition).toEqual({
    name: 'orders',
    partitionKey: { paths: ['/tenant', '/id'], kind: 'MultiHash', version: 2 },
    defaultTtlSeconds: 3600,
    uniqueKeys: [{ paths: ['/number'] }],
    indexingPolicy: {
      indexingMode: 'consistent',
      automatic: true,
      includedPaths: [{ path: '/*' }],
      excludedPaths: [{ path: '/payload/*' }],
      compositeIndexes: [
        [
          { path: '/at', order: 'descending' },
          { path: '/id', order: 'ascending' },
        ],
      ],
    },
  });
  expect(cosmos.containers().map((place) => place.container)).toEqual(['orders']);
});

test('throughput comes from the container, its database, or the least there is', () => {
  const { cosmos } = testCosmos();
  cosmos.createDatabase('acct', { name: 'shared', throughput: { kind: 'autoscale', maxRuPerSecond: 4000 } });
  const create = (databaseName: string, name: string, throughput: StackValues = {}) => {
    const values = { ...container, account_name: 'acct', database_name: databaseName, name, ...throughput };
    cosmosResourceTypes.azurerm_cosmosdb_sql_container?.realise?.(
      resource('azurerm_cosmosdb_sql_container', values),
      cosmos,
    );
    return cosmos.container({ account: 'acct', database: databaseName, container: name })?.budget;
  };
  expect(create('db', 'manual', { throughput: 700 })?.ruPerSecond).toBe(700);
  expect(create('db', 'scaled', { autoscale_settings: [{ max_throughput: 1000 }] })?.ruPerSecond).toBe(1000);
  expect(create('db', 'neither')?.ruPerSecond).toBe(400);
  expect(create('shared', 'one')).toBe(create('shared', 'two'));
});

test('what is not supported is refused with its place', () => {
  const { cosmos } = testCosmos();
  const mongo = resource('azurerm_cosmosdb_account', { ...account, capabilities: [{ name: 'EnableMongo' }] });
  expect(() => cosmosResourceTypes.azurerm_cosmosdb_account?.realise?.(mongo, cosmos)).toThrow(
    "main.tf:3 azurerm_cosmosdb_account.this: the local Cosmos DB offers only the API for NoSQL, not 'EnableMongo'",
  );
  const orphan = resource('azurerm_cosmosdb_sql_database', { ...database, account_name: 'none' });
  expect(() => cosmosResourceTypes.azurerm_cosmosdb_sql_database?.realise?.(orphan, cosmos)).toThrow(
    "There is no Cosmos DB account 'none'.",
  );
});
