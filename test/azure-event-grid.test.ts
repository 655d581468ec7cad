import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { fastForwardClock } from '../src/local/engine/clock.ts';
import { type Faults, noFaults } from '../src/local/engine/faults.ts';
import { seededRandom } from '../src/local/engine/random.ts';
import { type LocalCloud, startLocalCloud } from '../src/local/local-cloud.ts';
import { find } from '../src/local/stack-access.ts';
import { zip } from '../src/package/zip.ts';
import { createApp } from '../src/proof/app.ts';

/** What the app does with an event, a message, a blob: it writes what it got to the container `results`, by the SDK. */
const source = `
const service = new BlobServiceClient(process.env.DATA__blobServiceUri, new ManagedIdentityCredential());
const results = service.getContainerClient('results');
const write = (name, text) => results.getBlockBlobClient(name).upload(text, Buffer.byteLength(text));
app.eventGrid('onEvent', { handler: async (event, context) => {
  if (event.subject.includes('/refused')) throw new Error('refused');
  const { pathname } = new URL(event.data.url);
  const [, container, ...name] = decodeURIComponent(pathname).split('/');
  const blob = await service.getContainerClient(container).getBlobClient(name.join('/')).downloadToBuffer();
  await write('event.json', JSON.stringify({ event, text: String(blob) }));
} });
app.storageQueue('onMessage', { queueName: '%QUEUE%', connection: 'DATA', return: output.storageQueue({ queueName: 'done', connection: 'DATA' }), handler: async (message, context) => {
  if (message.subject.includes('/refused')) throw new Error('refused');
  await write('message.json', JSON.stringify({ message, metadata: context.triggerMetadata }));
  return { done: message.subject };
} });
app.storageBlob('onBlob', { path: 'uploads/{name}', connection: 'DATA', source: 'EventGrid', handler: async (blob, context) => {
  if (context.triggerMetadata.name.startsWith('refused')) throw new Error('refused');
  await write('blob.json', JSON.stringify({ text: String(blob), metadata: context.triggerMetadata }));
} });`;

const role = (name: string, scope: string, definition: string, principal = 'app') => `
resource "azurerm_role_assignment" "${name}" {
  scope                = ${scope}
  role_definition_name = "${definition}"
  principal_id         = ${principal === 'app' ? 'azurerm_function_app_flex_consumption.this' : 'azurerm_eventgrid_system_topic.this'}.identity[0].principal_id
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

variable "grant" {
  type = bool
}

provider "azurerm" {
  subscription_id = var.subscription_id
  features {}
}

resource "azurerm_resource_group" "this" {
  name     = "events"
  location = "eastus2"
}

resource "azurerm_storage_account" "this" {
  name                      = "eventsdata"
  resource_group_name       = azurerm_resource_group.this.name
  location                  = azurerm_resource_group.this.location
  account_tier              = "Standard"
  account_replication_type  = "LRS"
  shared_access_key_enabled = false
}

resource "azurerm_storage_container" "this" {
  for_each           = toset(["uploads", "results", "dead"])
  name               = each.value
  storage_account_id = azurerm_storage_account.this.id
}

resource "azurerm_storage_queue" "this" {
  for_each           = toset(["orders", "done"])
  name               = each.value
  storage_account_id = azurerm_storage_account.this.id
}

resource "azurerm_service_plan" "this" {
  name                = "events"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  os_type             = "Linux"
  sku_name            = "FC1"
}

resource "azurerm_function_app_flex_consumption" "this" {
  name                = "events"
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
    QUEUE                            = azurerm_storage_queue.this["orders"].name
  }
}

resource "terraform_data" "package" {
  input = { function_app_id = azurerm_function_app_flex_consumption.this.id, path = "\${path.module}/app.zip" }
}

data "azurerm_function_app_host_keys" "this" {
  name                = azurerm_function_app_flex_consumption.this.name
  resource_group_name = azurerm_resource_group.this.name
}

resource "azurerm_eventgrid_system_topic" "this" {
  name                = "events"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  source_resource_id  = azurerm_storage_account.this.id
  topic_type          = "Microsoft.Storage.StorageAccounts"

  identity {
    type = "SystemAssigned"
  }
}

resource "azurerm_eventgrid_system_topic_event_subscription" "function" {
  name                 = "to-function"
  system_topic         = azurerm_eventgrid_system_topic.this.name
  resource_group_name  = azurerm_resource_group.this.name
  included_event_types = ["Microsoft.Storage.BlobCreated"]

  subject_filter {
    subject_begins_with = "/blobServices/default/containers/uploads/"
    subject_ends_with   = ".csv"
  }

  azure_function_endpoint {
    function_id = "\${azurerm_function_app_flex_consumption.this.id}/functions/onEvent"
  }

  retry_policy {
    max_delivery_attempts = 3
    event_time_to_live    = 60
  }

  storage_blob_dead_letter_destination {
    storage_account_id          = azurerm_storage_account.this.id
    storage_blob_container_name = azurerm_storage_container.this["dead"].name
  }

  dead_letter_identity {
    type = "SystemAssigned"
  }
}

resource "azurerm_eventgrid_system_topic_event_subscription" "queue" {
  name                  = "to-queue"
  system_topic          = azurerm_eventgrid_system_topic.this.name
  resource_group_name   = azurerm_resource_group.this.name
  event_delivery_schema = "CloudEventSchemaV1_0"
  included_event_types  = ["Microsoft.Storage.BlobCreated"]

  subject_filter {
    subject_begins_with = "/blobServices/default/containers/uploads/"
  }

  advanced_filter {
    string_ends_with {
      key    = "subject"
      values = [".json"]
    }
  }

  storage_queue_endpoint {
    storage_account_id = azurerm_storage_account.this.id
    queue_name         = azurerm_storage_queue.this["orders"].name
  }

  delivery_identity {
    type = "SystemAssigned"
  }
}

resource "azurerm_eventgrid_event_subscription" "blob" {
  name                 = "to-blob-trigger"
  scope                = azurerm_storage_account.this.id
  included_event_types = ["Microsoft.Storage.BlobCreated"]

  subject_filter {
    subject_begins_with = "/blobServices/default/containers/uploads/"
    subject_ends_with   = ".txt"
  }

  webhook_endpoint {
    url = "https://\${azurerm_function_app_flex_consumption.this.default_hostname}/runtime/webhooks/blobs?functionName=Host.Functions.onBlob&code=\${data.azurerm_function_app_host_keys.this.blobs_extension_key}"
  }
}
${role('blobs', 'azurerm_storage_account.this.id', 'Storage Blob Data Contributor')}
${role('queues', 'azurerm_storage_account.this.id', 'Storage Queue Data Contributor')}
${role('dead', 'azurerm_storage_account.this.id', 'Storage Blob Data Contributor', 'topic')}

resource "azurerm_role_assignment" "send" {
  count                = var.grant ? 1 : 0
  scope                = azurerm_storage_account.this.id
  role_definition_name = "Storage Queue Data Message Sender"
  principal_id         = azurerm_eventgrid_system_topic.this.identity[0].principal_id
}
`;

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'events-'));
  const sdk = (name: string) => JSON.stringify(path.resolve('node_modules', name));
  const head = [
    `const { app, output } = require(${sdk('@azure/functions')});`,
    `const { ManagedIdentityCredential } = require(${sdk('@azure/identity')});`,
    `const { BlobServiceClient } = require(${sdk('@azure/storage-blob')});`,
  ];
  const files = {
    'host.json': JSON.stringify({ version: '2.0', extensions: { queues: { maxDequeueCount: 2 } } }),
    'package.json': JSON.stringify({ name: 'function', main: 'index.js' }),
    'index.js': `${head.join('\n')}\n${source}`,
  };
  writeFileSync(
    path.join(directory, 'app.zip'),
    zip(new Map(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)]))),
  );
  writeFileSync(path.join(directory, 'main.tf'), terraform);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

let cloud: LocalCloud | undefined;
let warnings: string[] = [];
beforeEach(() => {
  warnings = [];
});
afterEach(() => cloud?.close());

async function start({ grant = true, faults = noFaults }: { grant?: boolean; faults?: Faults } = {}) {
  const clock = fastForwardClock();
  const started = await startLocalCloud({
    cloud: 'azure',
    directory,
    variables: { grant },
    virtualClock: clock,
    seed: 7,
    faults,
    warn: (text) => warnings.push(text),
  });
  cloud = started;
  const app = createApp(started, {
    clock,
    random: seededRandom(1),
    faults: noFaults,
    step: (_, prove) => prove(),
  });
  const bucket = (name: string) => find('bucket', started.access.buckets, name);
  return {
    app,
    clock,
    local: started,
    bucket,
    upload: (key: string, text: string) =>
      bucket('uploads').put(key, Buffer.from(text), { contentType: 'text/plain' }),
    json: async (container: string, key: string) =>
      JSON.parse(String(await bucket(container).get(key)) || 'null'),
    queue: (name: string) => find('queue', started.access.channels, name),
  };
}

test('a blob reaches functions by Event Grid: directly, by a queue, and as a blob trigger', async () => {
  const { app, json, local, upload, queue, bucket } = await start();
  expect(warnings).toEqual([]);
  await upload('in/a b.csv', 'x,y');
  await upload('order.json', '{}');
  await upload('ü.txt', 'text');
  await upload('other.bin', 'nobody gets this');
  await app.settled();

  const { event, text } = await json('results', 'event.json');
  expect(text).toBe('x,y');
  expect(event).toMatchObject({
    topic: expect.stringMatching(/storageAccounts\/eventsdata$/),
    subject: '/blobServices/default/containers/uploads/blobs/in/a b.csv',
    eventType: 'Microsoft.Storage.BlobCreated',
    dataVersion: '',
    metadataVersion: '1',
    data: {
      api: 'PutBlob',
      eTag: expect.stringMatching(/^0x8D/),
      contentType: 'text/plain',
      contentLength: 3,
      blobType: 'BlockBlob',
      accessTier: 'Default',
      url: 'https://eventsdata.blob.core.windows.net/uploads/in/a%20b.csv',
      sequencer: expect.stringMatching(/^[0-9A-Fa-f]{48}$/),
    },
  });

  const { message, metadata } = await json('results', 'message.json');
  expect(message).toMatchObject({
    specversion: '1.0',
    type: 'Microsoft.Storage.BlobCreated',
    data: { api: 'PutBlob' },
  });
  expect(metadata).toMatchObject({
    dequeueCount: 1,
    insertionTime: expect.any(String),
    popReceipt: expect.any(String),
  });
  expect(queue('done').peek?.()).toMatchObject([{ body: JSON.stringify({ done: message.subject }) }]);

  const blob = await json('results', 'blob.json');
  expect(blob).toMatchObject({ text: 'text', metadata: { name: 'ü.txt', blobTrigger: 'uploads/ü.txt' } });
  expect((await bucket('results').list()).map(({ key }) => key)).toEqual([
    'blob.json',
    'event.json',
    'message.json',
  ]);
  // Publishing four uploads and three results to two sources' subscriptions, and three deliveries.
  expect(local.meter.total('event-grid', 'operations')).toBe(4 + 3 + 3);
});

test('what a function keeps refusing ends in the dead letters, with its cause', async () => {
  const { app, bucket, json, queue, upload } = await start();
  await upload('refused.csv', 'x');
  await upload('refused.json', 'x');
  await upload('refused.txt', 'x');
  await app.settled();

  const letters = await bucket('dead').list();
  expect(letters).toHaveLength(1);
  expect(letters[0]?.key).toMatch(/^TO-FUNCTION\/\d{4}\/\d{1,2}\/\d{1,2}\/\d{1,2}\/[0-9a-f-]{36}\.json$/);
  const [letter] = await json('dead', letters[0]?.key ?? '');
  expect(letter).toMatchObject({
    eventType: 'Microsoft.Storage.BlobCreated',
    subject: '/blobServices/default/containers/uploads/blobs/refused.csv',
    deadLetterReason: 'MaxDeliveryAttemptsExceeded',
    deliveryAttempts: 3,
    lastDeliveryOutcome: 'GenericError',
    publishTime: expect.any(String),
    lastDeliveryAttemptTime: expect.any(String),
  });

  const poison = queue('orders-poison').peek?.() ?? [];
  expect(poison.map(({ body }) => JSON.parse(body).subject)).toEqual([
    '/blobServices/default/containers/uploads/blobs/refused.json',
  ]);
  const poisonBlobs = queue('eventsdata/webjobs-blobtrigger-poison').peek?.() ?? [];
  expect(poisonBlobs.map(({ body }) => JSON.parse(body))).toMatchObject([
    {
      FunctionId: 'Host.Functions.onBlob',
      BlobType: 'BlockBlob',
      ContainerName: 'uploads',
      BlobName: 'refused.txt',
    },
  ]);
});

test('without the role to send, nothing comes through the queue; with it every role is used', async () => {
  const refused = await start({ grant: false });
  await refused.upload('order.json', '{}');
  await refused.app.advance(60_000);
  expect(refused.queue('orders').peek?.()).toEqual([]);
  await refused.local.close();

  const granted = await start();
  await granted.upload('order.json', '{}');
  await granted.upload('refused.csv', 'x');
  await granted.app.settled();
  expect(granted.local.unusedGrants().filter(({ kind }) => kind === 'unused-role')).toEqual([]);
});

test('duplicates, delays and lost acknowledgements lose nothing on the way through the queue', async () => {
  const random = seededRandom(11);
  const odds: Partial<Record<string, number>> = { duplicate: 0.3, delay: 0.3, 'lost-acknowledgement': 0.3 };
  const faults: Faults = {
    strikes: (kind) => random.next() < (odds[kind] ?? 0),
    delayMs: () => 45_000,
  };
  const { app, local, queue, upload } = await start({ faults });
  const keys = Array.from({ length: 8 }, (_, index) => `order-${index}.json`);
  for (const key of keys) await upload(key, '{}');
  await app.settled();
  const done = queue('done').peek?.() ?? [];
  const subjects = new Set(done.map(({ body }) => String(JSON.parse(body).done).split('/').at(-1)));
  const poison = (local.access.channels.find(({ name }) => name === 'orders-poison')?.peek?.() ?? []).map(
    ({ body }) => String(JSON.parse(body).subject).split('/').at(-1),
  );
  expect([...new Set([...subjects, ...poison])].sort()).toEqual(keys);
  expect(queue('orders').peek?.()).toEqual([]);
});

test('whoever sits at this machine reaches the containers with the SDK and the connection string', async () => {
  const { app, json, local } = await start();
  const endpoint = local.endpoints.find(({ environment }) => environment.AZURE_STORAGE_CONNECTION_STRING);
  const client = BlobServiceClient.fromConnectionString(
    endpoint?.environment.AZURE_STORAGE_CONNECTION_STRING ?? '',
  );
  await client.getContainerClient('uploads').getBlockBlobClient('sdk.csv').upload('1', 1);
  await app.settled();
  expect(await json('results', 'event.json')).toMatchObject({ text: '1' });
});
