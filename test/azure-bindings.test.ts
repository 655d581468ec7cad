import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { fastForwardClock } from '../src/local/engine/clock.ts';
import { type Faults, noFaults } from '../src/local/engine/faults.ts';
import { seededRandom } from '../src/local/engine/random.ts';
import { type LocalCloud, startLocalCloud } from '../src/local/local-cloud.ts';
import { find } from '../src/local/stack-access.ts';
import { zip } from '../src/package/zip.ts';
import { createApp } from '../src/proof/app.ts';

/** Functions that read and write blobs, and publish events, by bindings alone. */
const source = `
const inBlob = input.storageBlob({ path: 'incoming/{name}', connection: 'DATA' });
const outBlob = output.storageBlob({ path: '%OUT%/{name}-{Query.tag}.txt', connection: 'DATA' });
app.http('copy', { route: 'copy/{name}', extraInputs: [inBlob], extraOutputs: [outBlob], handler: async (request, context) => {
  const content = context.extraInputs.get(inBlob);
  if (content !== undefined) context.extraOutputs.set(outBlob, content);
  return { jsonBody: { type: typeof content, content: content ?? null } };
} });
const bytes = input.storageBlob({ path: 'incoming/{source.blob}', connection: 'DATA', dataType: 'binary' });
app.storageQueue('make', { queueName: 'jobs', connection: 'DATA', extraInputs: [bytes], return: output.storageBlob({ path: 'made/{sys.methodname}/{DateTime:yyyy}/{source.blob}', connection: 'DATA' }), handler: async (message, context) =>
  Buffer.from(context.extraInputs.get(bytes)).reverse() });
const jobs = output.storageQueue({ queueName: 'made-{name}', connection: 'DATA' });
app.http('forward', { route: 'forward/{name}', methods: ['POST'], extraOutputs: [jobs], handler: async (request, context) => {
  context.extraOutputs.set(jobs, await request.json());
  return { status: 202 };
} });
const byKey = output.eventGrid({ topicEndpointUri: 'TOPIC', topicKeySetting: 'TOPIC_KEY' });
const byIdentity = output.eventGrid({ connection: 'EVENTS' });
app.http('publish', { methods: ['POST'], extraOutputs: [byKey, byIdentity], handler: async (request, context) => {
  const { key, identity } = await request.json();
  if (key) context.extraOutputs.set(byKey, key);
  if (identity) context.extraOutputs.set(byIdentity, identity);
  return { status: 202 };
} });
app.http('missing', { extraOutputs: [], extraInputs: [input.storageBlob({ path: 'incoming/{nothing}', connection: 'DATA' })], handler: async () => ({ status: 200 }) });`;

const role = (name: string, scope: string, definition: string) => `
resource "azurerm_role_assignment" "${name}" {
  count                = contains(var.roles, "${name}") ? 1 : 0
  scope                = ${scope}
  role_definition_name = "${definition}"
  principal_id         = azurerm_function_app_flex_consumption.this.identity[0].principal_id
}
`;

const terraform = `
terraform {
  required_providers {
    azurerm = { source = "hashicorp/azurerm", version = "~> 4.79" }
  }
}

variable "project_name" {
  type = string
}

variable "subscription_id" {
  type = string
}

variable "roles" {
  type = list(string)
}

provider "azurerm" {
  subscription_id = var.subscription_id
  features {}
}

resource "azurerm_resource_group" "this" {
  name     = "bindings"
  location = "eastus2"
}

resource "azurerm_storage_account" "this" {
  name                      = "bindingsdata"
  resource_group_name       = azurerm_resource_group.this.name
  location                  = azurerm_resource_group.this.location
  account_tier              = "Standard"
  account_replication_type  = "LRS"
  shared_access_key_enabled = false
}

resource "azurerm_storage_container" "this" {
  for_each           = toset(["incoming", "out"])
  name               = each.value
  storage_account_id = azurerm_storage_account.this.id
}

resource "azurerm_storage_queue" "this" {
  for_each           = toset(["jobs", "seen", "published"])
  name               = each.value
  storage_account_id = azurerm_storage_account.this.id
}

resource "azurerm_eventgrid_topic" "this" {
  name                = "bindings"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
}

resource "azurerm_eventgrid_event_subscription" "published" {
  name  = "published"
  scope = azurerm_eventgrid_topic.this.id

  storage_queue_endpoint {
    storage_account_id = azurerm_storage_account.this.id
    queue_name         = azurerm_storage_queue.this["published"].name
  }
}

resource "azurerm_eventgrid_event_subscription" "blobs" {
  name                 = "blobs"
  scope                = azurerm_storage_account.this.id
  included_event_types = ["Microsoft.Storage.BlobCreated"]

  subject_filter {
    subject_begins_with = "/blobServices/default/containers/out/"
  }

  storage_queue_endpoint {
    storage_account_id = azurerm_storage_account.this.id
    queue_name         = azurerm_storage_queue.this["seen"].name
  }
}

resource "azurerm_service_plan" "this" {
  name                = "bindings"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  os_type             = "Linux"
  sku_name            = "FC1"
}

resource "azurerm_function_app_flex_consumption" "this" {
  name                = "bindings"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  service_plan_id     = azurerm_service_plan.this.id

  runtime_name    = "node"
  runtime_version = "24"

  storage_container_type      = "blobContainer"
  storage_container_endpoint  = "https://elsewhere.blob.core.windows.net/package"
  storage_authentication_type = "StorageAccountConnectionString"
  storage_access_key          = "key"

  identity {
    type = "SystemAssigned"
  }

  site_config {}

  app_settings = {
    AzureWebJobsStorage__accountName = azurerm_storage_account.this.name
    DATA__blobServiceUri             = azurerm_storage_account.this.primary_blob_endpoint
    DATA__queueServiceUri            = azurerm_storage_account.this.primary_queue_endpoint
    OUT                              = azurerm_storage_container.this["out"].name
    TOPIC                            = azurerm_eventgrid_topic.this.endpoint
    TOPIC_KEY                        = azurerm_eventgrid_topic.this.primary_access_key
    EVENTS__topicEndpointUri         = azurerm_eventgrid_topic.this.endpoint
  }
}

resource "terraform_data" "package" {
  input = { function_app_id = azurerm_function_app_flex_consumption.this.id, path = "\${path.module}/app.zip" }
}
${role('queues', 'azurerm_storage_account.this.id', 'Storage Queue Data Contributor')}
${role('read', 'azurerm_storage_account.this.id', 'Storage Blob Data Reader')}
${role('write', 'azurerm_storage_account.this.id', 'Storage Blob Data Contributor')}
${role('publish', 'azurerm_eventgrid_topic.this.id', 'EventGrid Data Sender')}
`;

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'bindings-'));
  const sdk = JSON.stringify(path.resolve('node_modules', '@azure/functions'));
  const files = {
    'host.json': JSON.stringify({ version: '2.0', extensions: { queues: { maxDequeueCount: 2 } } }),
    'package.json': JSON.stringify({ name: 'function', main: 'index.js' }),
    'index.js': `const { app, input, output } = require(${sdk});\n${source}`,
  };
  writeFileSync(
    path.join(directory, 'app.zip'),
    zip(new Map(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)]))),
  );
  writeFileSync(path.join(directory, 'main.tf'), terraform);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

let cloud: LocalCloud | undefined;
afterEach(() => cloud?.close());

const everyRole = ['queues', 'write', 'publish'];

async function start({ roles = everyRole, faults = noFaults }: { roles?: string[]; faults?: Faults } = {}) {
  const clock = fastForwardClock();
  const started = await startLocalCloud({
    cloud: 'azure',
    directory,
    variables: { roles },
    virtualClock: clock,
    seed: 7,
    faults,
    warn: () => {},
  });
  cloud = started;
  const app = createApp(started, {
    clock,
    random: seededRandom(1),
    faults: noFaults,
    step: (_, prove) => prove(),
  });
  const bucket = (name: string) => find('bucket', started.access.buckets, name);
  const queue = (name: string) => find('queue', started.access.channels, name);
  return {
    app,
    local: started,
    bucket,
    queue,
    call: (route: string, options?: RequestInit) =>
      fetch(`${started.entrances[0]?.url}/api/${route}`, options),
    put: (key: string, content: string | Buffer) =>
      bucket('incoming').put(key, Buffer.from(content), { contentType: 'application/octet-stream' }),
    text: async (container: string, key: string) => String(await bucket(container).get(key)),
    bodies: (name: string) => (queue(name).peek?.() ?? []).map(({ body }) => JSON.parse(body)),
    /** What the host's log says of failures. */
    failures: () =>
      started.logs
        .entries()
        .flatMap(({ message }) => (/Executed .*Failed/.test(message) ? [message.split('\n')[1]] : [])),
  };
}

const publish = (body: unknown): RequestInit => ({ method: 'POST', body: JSON.stringify(body) });
const event = (id: string) => ({
  id,
  subject: `orders/${id}`,
  eventType: 'Ordered',
  eventTime: '2026-11-28T00:00:00Z',
  dataVersion: '1',
  data: { id },
});

test('a blob comes in and goes out by the names that the request gives', async () => {
  const { call, put, text, local, bodies, app } = await start();
  await put('a.txt', 'hello');
  expect(await (await call('copy/a.txt?tag=x')).json()).toEqual({ type: 'string', content: 'hello' });
  expect(await text('out', 'a.txt-x.txt')).toBe('hello');
  // JSON is parsed for the function, and written as it is.
  await put('a.json', '{"a":[1]}');
  expect(await (await call('copy/a.json?tag=x')).json()).toEqual({ type: 'object', content: { a: [1] } });
  expect(await text('out', 'a.json-x.txt')).toBe('{"a":[1]}');
  expect(await (await call('copy/none?tag=x')).json()).toEqual({ type: 'undefined', content: null });
  await app.settled();
  // An empty blob first, then its blocks when the stream is flushed and when it is closed.
  const seen = bodies('seen').filter(({ subject }) => subject.endsWith('a.txt-x.txt'));
  expect(seen.map(({ data }) => [data.api, data.contentLength])).toEqual([
    ['PutBlob', 0],
    ['PutBlockList', 5],
    ['PutBlockList', 5],
  ]);
  // Each write asks for the container and for the blob's metadata before.
  expect(local.meter.total('storage', 'blob-writes')).toBe(2 * 4);
  expect(local.meter.total('storage', 'blob-reads')).toBe(2 * (2 + 2) + 1);
});

test('bytes of any size come and go whole, into a container that is made for them', async () => {
  const { app, bucket, put, queue } = await start();
  const content = Buffer.from(Array.from({ length: 9_000_000 }, (_, index) => index % 251));
  await put('large.bin', content);
  await put('empty.bin', '');
  for (const blob of ['large.bin', 'empty.bin'])
    await queue('jobs').send({ body: JSON.stringify({ source: { blob } }) });
  await app.settled();
  const made = await bucket('made').list();
  expect(made.map(({ key }) => key.replace(/\d{4}/, 'YYYY'))).toEqual([
    'make/YYYY/empty.bin',
    'make/YYYY/large.bin',
  ]);
  const large = await bucket('made').get(made[1]?.key ?? '');
  expect(Buffer.from(large ?? []).equals(Buffer.from(content).reverse())).toBe(true);
  expect(made[0]?.sizeBytes).toBe(0);
});

test('without the roles nothing is read or written, and the log says which right is missing', async () => {
  const nothing = await start({ roles: ['queues'] });
  await nothing.put('a.txt', 'hello');
  expect((await nothing.call('copy/a.txt?tag=x')).status).toBe(500);
  expect(nothing.failures()).toEqual([
    expect.stringMatching(
      /Function copy could not read the blob of its binding to incoming\/\{name\}: incoming\/a\.txt: the app's identity may not \S+containers\/blobs\/read on \S+containers\/incoming/,
    ),
  ]);
  await nothing.queue('jobs').send({ body: JSON.stringify({ source: { blob: 'a.txt' } }) });
  await nothing.app.settled();
  expect(nothing.bodies('jobs-poison')).toEqual([{ source: { blob: 'a.txt' } }]);
  await nothing.local.close();

  const reader = await start({ roles: ['queues', 'read'] });
  await reader.put('a.txt', 'hello');
  expect((await reader.call('copy/a.txt?tag=x')).status).toBe(500);
  expect(reader.failures()).toEqual([
    expect.stringMatching(/could not write .* may not \S+containers\/blobs\/write on \S+containers\/out/),
  ]);
  expect(await reader.bucket('out').list()).toEqual([]);
});

test('an expression without a value fails the invocation before the function runs', async () => {
  const { call, failures } = await start();
  expect((await call('missing')).status).toBe(500);
  expect(failures()).toEqual([
    "Function missing could not read the blob of its binding to incoming/{nothing}: No value for named parameter 'nothing'.",
  ]);
});

test('what the service refuses for a moment is tried again', async () => {
  let left = 3;
  const faults: Faults = { strikes: (_, place) => place === 'blob-storage' && left-- > 0, delayMs: () => 0 };
  const { call, put } = await start({ faults });
  await put('a.txt', 'hello');
  expect(await (await call('copy/a.txt?tag=x')).json()).toMatchObject({ content: 'hello' });
  left = Number.POSITIVE_INFINITY;
  expect((await call('copy/a.txt?tag=x')).status).toBe(500);
});

test('messages go to the queue that the request names, which is made for them', async () => {
  const { bodies, call, failures } = await start();
  expect((await call('forward/x', publish([1, { a: 2 }]))).status).toBe(202);
  expect((await call('forward/x', publish({ b: 3 }))).status).toBe(202);
  expect(bodies('made-x')).toEqual([1, { a: 2 }, { b: 3 }]);
  // 50,000 bytes are more than 64 KiB in base64.
  expect((await call('forward/x', publish({ c: 'x'.repeat(50_000) }))).status).toBe(500);
  expect((await call('forward/Not_A_Name', publish({}))).status).toBe(500);
  expect(failures()).toEqual([
    expect.stringMatching(/could not write to the queue made-x: 413 RequestBodyTooLarge: The request body/),
    expect.stringMatching(/could not write to the queue made-Not_A_Name: 400 InvalidResourceName/),
  ]);
  expect(bodies('made-x')).toHaveLength(3);
  await cloud?.close();

  const refused = await start({ roles: ['read'] });
  expect((await refused.call('forward/x', publish([1]))).status).toBe(500);
  expect(refused.failures()).toEqual([
    expect.stringMatching(
      /could not write to the queue made-x: the app's identity may not \S+messages\/add\/action or/,
    ),
  ]);
});

test('events are published with the key of the topic or as the identity', async () => {
  const { app, bodies, call, local, put } = await start();
  expect(
    (await call('publish', publish({ key: event('1'), identity: [event('2'), event('3')] }))).status,
  ).toBe(202);
  await app.settled();
  expect(
    bodies('published')
      .map(({ id, data }) => [id, data])
      .sort(),
  ).toEqual([
    ['1', { id: '1' }],
    ['2', { id: '2' }],
    ['3', { id: '3' }],
  ]);
  await put('a.txt', 'hello');
  await call('copy/a.txt?tag=x');
  expect(local.unusedGrants().filter(({ kind }) => kind === 'unused-role')).toEqual([]);
});

test('events that are none, or that the identity may not publish, fail the invocation', async () => {
  const { app, bodies, call, failures } = await start({ roles: ['queues'] });
  expect((await call('publish', publish({ identity: event('1') }))).status).toBe(500);
  expect((await call('publish', publish({ key: { id: '2' } }))).status).toBe(500);
  expect((await call('publish', publish({ key: event('3') }))).status).toBe(202);
  await app.settled();
  expect(bodies('published').map(({ id }) => id)).toEqual(['3']);
  expect(failures()).toEqual([
    expect.stringMatching(
      /could not publish to \S+: 403 The principal .* does not have permission to send data/,
    ),
    expect.stringMatching(
      /could not publish to \S+: 400 This resource is configured for 'EventGridEvent' schema/,
    ),
  ]);
});
