import { CosmosClient } from '@azure/cosmos';
import { afterEach, expect, test } from 'vitest';
import { type LocalCloud, startLocalCloud } from '../src/local/local-cloud.ts';
import { copyStack, type StackCopy } from './support/stack-copy.ts';

let copy: StackCopy | undefined;
let cloud: LocalCloud | undefined;
const warnings: string[] = [];
afterEach(async () => {
  await cloud?.close();
  copy?.remove();
  cloud = undefined;
  copy = undefined;
  warnings.length = 0;
});

/** Runs a copy of the stack in which `edit` has changed one file. */
async function start(file?: string, edit?: (text: string) => string, variables = {}): Promise<LocalCloud> {
  copy = await copyStack('01-rest-api-backend', 'azure');
  if (file !== undefined && edit) copy.edit(file, edit);
  const { directory } = copy;
  cloud = await startLocalCloud({
    cloud: 'azure',
    directory,
    variables,
    warn: (text) => warnings.push(text),
  });
  return cloud;
}

async function createItem(): Promise<Response> {
  return fetch(`${cloud?.entrances[0]?.url}/items`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Test Item', price: 1 }),
  });
}

const logText = () =>
  cloud?.logs
    .entries()
    .map((entry) => entry.message)
    .join('\n') ?? '';

/** Deletes the first `line` of a file. */
const without = (line: string) => (text: string) => {
  const edited = text.replace(`${line}\n`, '');
  expect(edited).not.toBe(text);
  return edited;
};

const containers = 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers';

test('without a data action the call fails with the error that Cosmos DB gives, naming action and container', async () => {
  await start('permissions.tf', without(`      "${containers}/items/create",`));
  expect((await createItem()).status).toBe(500);
  expect(logText()).toMatch(
    new RegExp(
      'Request blocked by Auth acme-dev-[0-9a-f]{8} : Request is blocked because principal \\[[0-9a-f-]{36}\\] does not have ' +
        `required RBAC permissions to perform action \\[${containers}/items/create\\] on resource \\[dbs/rest-api-backend/colls/items\\]\\. ` +
        'Learn more: https://aka\\.ms/cosmos-native-rbac\\.',
    ),
  );
});

test('a data action that is not needed is reported with its place', async () => {
  const read = `      "${containers}/items/read",\n`;
  await start('permissions.tf', (text) => text.replace(read, `${read}      "${containers}/items/upsert",\n`));
  expect((await createItem()).status).toBe(201);
  const finding = cloud
    ?.unusedGrants()
    .find((grant) => 'action' in grant && grant.action === `${containers}/items/upsert`);
  expect(finding).toMatchObject({
    kind: 'unused-action',
    source: { file: 'permissions.tf', address: 'azurerm_cosmosdb_sql_role_definition.items' },
  });
});

test('a client that asks for an identity that the app does not have gets no token', async () => {
  await start('../../../modules/azure/function-app/app.tf', (text) =>
    text.replace(
      '= azurerm_user_assigned_identity.this.client_id\n    AzureFunctionsJobHost',
      '= "00000000-0000-0000-0000-00000000dead"\n    AzureFunctionsJobHost',
    ),
  );
  expect((await createItem()).status).toBe(500);
  expect(logText()).toContain('No User Assigned or Delegated Managed Identity found');
});

test('what the platform does with the identity needs its roles', async () => {
  const app = '../../../modules/azure/function-app/';
  await start(`${app}identity.tf`, (text) =>
    text
      .replace('"Monitoring Metrics Publisher"', '"Reader"')
      .replace('"Storage Blob Data Owner"', '"Reader"'),
  );
  expect((await createItem()).status).toBe(201);
  expect(warnings).toEqual([
    expect.stringContaining('could not load its package in the cloud'),
    expect.stringContaining('cannot use its host storage'),
    expect.stringMatching(/sends no telemetry: .* may not Microsoft\.Insights\/Telemetry\/Write/),
  ]);
  expect(cloud?.logs.entries()).toEqual([]);
  expect(cloud?.traces.traces()).toEqual([]);
});

test('Entra ID authentication lets in who has a token of the issuer, and nobody else', async () => {
  const authorization = {
    type: 'JWT',
    issuer: 'https://login.microsoftonline.com/tenant/v2.0',
    client_id: 'client',
    audience: ['api://items'],
  };
  await start(undefined, undefined, { authorization });
  expect((await createItem()).status).toBe(401);
  const [entrance] = cloud?.entrances ?? [];
  const headers = entrance?.callerHeaders() ?? {};
  expect((await fetch(`${entrance?.url}/items`, { headers })).status).toBe(200);
  const forged = `${headers.authorization?.slice(0, -6)}AAAAAA`;
  expect((await fetch(`${entrance?.url}/items`, { headers: { authorization: forged } })).status).toBe(401);
});

test('whoever sits at this machine reaches the items with the SDK and the account key', async () => {
  await start();
  const { id } = (await (await createItem()).json()) as { id: string };
  const { COSMOS_ENDPOINT: endpoint = '', COSMOS_KEY: key = '' } = cloud?.endpoints[0]?.environment ?? {};
  const client = new CosmosClient({ endpoint, key });
  const items = client.database('rest-api-backend').container('items');
  const { resource } = await items.item(id, id).read<{ name: string }>();
  expect(resource?.name).toBe('Test Item');
  client.dispose();
});

test('the calls of concurrent requests stand in the trace of the request that made them', async () => {
  await start();
  await Promise.all([1, 2, 3, 4].map(() => createItem()));
  const traces = cloud?.traces.traces() ?? [];
  expect(traces).toHaveLength(4);
  for (const { spans } of traces) {
    const [request] = spans.filter(({ name }) => name === 'POST /items');
    const [run] = spans.filter(({ name }) => name === 'createItem');
    const creates = spans.filter(({ name }) => name === 'Create item in items');
    expect(run?.parentSpanId).toBe(request?.spanId);
    expect(creates.map(({ parentSpanId }) => parentSpanId)).toEqual([run?.spanId]);
  }
});
