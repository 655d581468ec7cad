import { expect, test } from 'vitest';
import type { StackResource, StackValues } from '../../../terraform/stack.ts';
import { realClock } from '../../engine/clock.ts';
import { seededRandom } from '../../engine/random.ts';
import { createAuthorization } from '../authorization/authorization.ts';
import type { FunctionAppDefinition } from './function-apps.ts';
import { functionsResourceTypes } from './resource-types.ts';

const scope = { subscriptionId: 'sub', tenantId: 'tenant' };
const group = '/subscriptions/sub/resourceGroups/rg/providers';

const app: StackValues = {
  name: 'shop',
  resource_group_name: 'rg',
  location: 'eastus2',
  runtime_name: 'node',
  runtime_version: '24',
  storage_container_type: 'blobContainer',
  storage_container_endpoint: 'https://st.blob.core.windows.net/package',
  storage_authentication_type: 'UserAssignedIdentity',
  storage_user_assigned_identity_id: `${group}/Microsoft.ManagedIdentity/userAssignedIdentities/shop`,
  identity: [
    {
      type: 'SystemAssigned, UserAssigned',
      identity_ids: [`${group}/Microsoft.ManagedIdentity/userAssignedIdentities/shop`],
    },
  ],
  site_config: [{ application_insights_connection_string: 'InstrumentationKey=k' }],
};

function resource(type: string, values: StackValues): StackResource {
  const computed = functionsResourceTypes[type]?.attributes(values, scope, `${type}.this`) ?? {};
  return {
    address: `${type}.this`,
    mode: 'managed',
    type,
    name: 'this',
    modulePath: [],
    provider: 'azurerm',
    values: { ...computed, ...values },
    configured: Object.keys(values),
    sensitive: [],
    dependsOn: [],
    source: { file: 'main.tf', line: 3, column: 1 },
  };
}

/** Realises a resource and returns the apps that came of it. */
async function realise(type: string, values: StackValues) {
  const created: FunctionAppDefinition[] = [];
  const published: string[][] = [];
  const services = {
    authorization: createAuthorization({ ...scope, clock: realClock, random: seededRandom(1) }),
    apps: {
      create: (definition: FunctionAppDefinition) => void created.push(definition),
      publish: async (id: string, file: string) => void published.push([id, file]),
    },
  };
  await functionsResourceTypes[type]?.realise?.(resource(type, values), services);
  return { created, published };
}

const flex = 'azurerm_function_app_flex_consumption';

test('an app has the attributes of the provider', () => {
  expect(resource(flex, app).values).toMatchObject({
    id: `${group}/Microsoft.Web/sites/shop`,
    default_hostname: 'shop.azurewebsites.net',
    kind: 'functionapp,linux',
  });
  expect(resource('azurerm_service_plan', { name: 'p', resource_group_name: 'rg' }).values.id).toBe(
    `${group}/Microsoft.Web/serverFarms/p`,
  );
});

test('an app that says nothing of its size gets the defaults of the platform', async () => {
  const { created } = await realise(flex, app);
  expect(created[0]).toMatchObject({
    memoryMb: 2048,
    httpConcurrency: 16,
    maximumInstances: 100,
    alwaysReady: {},
    settings: { APPLICATIONINSIGHTS_CONNECTION_STRING: 'InstrumentationKey=k' },
  });
  expect(created[0]?.deployment.identity).toEqual(created[0]?.identities.userAssigned[0]);
  expect(created[0]?.identities.systemAssigned?.resourceId).toBe(`${group}/Microsoft.Web/sites/shop`);
});

test('references to secrets are resolved as the system-assigned identity, or as the one that is named', async () => {
  const [own] = (await realise(flex, app)).created;
  expect(own?.keyVaultIdentity).toEqual(own?.identities.systemAssigned);
  const id = `${group}/Microsoft.ManagedIdentity/userAssignedIdentities/shop`;
  const [named] = (await realise(flex, { ...app, key_vault_reference_identity_id: id })).created;
  expect(named?.keyVaultIdentity?.resourceId).toBe(id);
});

test('sizes are taken as they are given, and so are instances that stand ready, by their groups', async () => {
  const ready = [
    { name: 'http', instance_count: 2 },
    { name: 'function:nightly', instance_count: 1 },
  ];
  const sizes = { instance_memory_in_mb: 512, maximum_instance_count: 40, always_ready: ready };
  expect((await realise(flex, { ...app, ...sizes })).created[0]).toMatchObject({
    memoryMb: 512,
    httpConcurrency: 4,
    maximumInstances: 40,
    alwaysReady: { http: 2, 'function:nightly': 1 },
  });
});

test.each<[string, StackValues]>([
  ['runtime_name = "python"', { runtime_name: 'python' }],
  ['client_certificate_enabled', { client_certificate_enabled: true }],
  ['ip_restriction', { site_config: [{ ip_restriction: [{ action: 'Allow' }] }] }],
  ['connection_string', { connection_string: [{ name: 'db' }] }],
  ['the app has no such identity', { identity: [] }],
  ['not among the identities of the app', { key_vault_reference_identity_id: '/elsewhere' }],
  ['only active_directory_v2', { auth_settings_v2: [{ auth_enabled: true }] }],
])('what is not supported is refused with its place: %s', async (text, values) => {
  const attempt = realise(flex, { ...app, ...values });
  await expect(attempt).rejects.toThrow(text);
  await expect(attempt).rejects.toThrow(/^main\.tf:3 azurerm_function_app_flex_consumption\.this: /);
});

test('no plan but Flex Consumption is supported', async () => {
  const plan = { name: 'p', resource_group_name: 'rg', os_type: 'Linux' };
  await expect(realise('azurerm_service_plan', { ...plan, sku_name: 'Y1' })).rejects.toThrow('Y1');
  await expect(realise('azurerm_service_plan', { ...plan, sku_name: 'FC1' })).resolves.toBeDefined();
});

test('a terraform_data with an app and a path carries its package, any other nothing', async () => {
  const input = { function_app_id: 'id', path: 'dist/azure.zip' };
  expect((await realise('terraform_data', { input })).published).toEqual([['id', 'dist/azure.zip']]);
  expect((await realise('terraform_data', { input: 'revision 4' })).published).toEqual([]);
});
