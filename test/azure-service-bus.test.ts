import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { buildSync } from 'esbuild';
import { afterEach, expect, test } from 'vitest';
import { type LocalCloud, startLocalCloud } from '../src/local/local-cloud.ts';
import { zip } from '../src/package/zip.ts';
import { eventually } from './support/eventually.ts';

/**
 * What the app does: it sends with the SDK as its managed identity, and by an output binding; a function takes what
 * is sent, one of a session takes what belongs together, and one takes a topic's messages in batches.
 */
const source = `
import { app, output } from '@azure/functions';
import { DefaultAzureCredential } from '@azure/identity';
import { ServiceBusClient } from '@azure/service-bus';
import { serviceBusMessage } from './src/middleware/azure/service-bus-message.ts';

const host = process.env.Bus__fullyQualifiedNamespace;
let client;
const bound = output.serviceBusQueue({ queueName: '%QUEUE%', connection: 'Bus' });

app.http('send', { authLevel: 'anonymous', methods: ['POST'], handler: async (request) => {
  client ??= new ServiceBusClient(host, new DefaultAzureCredential(), { retryOptions: { maxRetries: 0 } });
  const { entity, ...message } = await request.json();
  try {
    await client.createSender(entity).sendMessages(message);
    return { status: 202 };
  } catch (error) {
    return { status: 500, jsonBody: { code: error.code, message: error.message } };
  }
} });

app.http('bound', { authLevel: 'anonymous', methods: ['POST'], extraOutputs: [bound], handler: async (request, context) => {
  context.extraOutputs.set(bound, await request.json());
  return { status: 202 };
} });

app.serviceBusQueue('work', { queueName: '%QUEUE%', connection: 'Bus', handler: async (message, context) => {
  const { deliveryCount, messageId, enqueuedTimeUtc, sequenceNumber, applicationProperties } = context.triggerMetadata;
  context.log('work ' + JSON.stringify({ message, deliveryCount, messageId, enqueuedTimeUtc, sequenceNumber, applicationProperties }));
  context.log('trace ' + JSON.stringify({ messageId, trace: serviceBusMessage(message, context.triggerMetadata, context).trace }));
  if (message.poison) throw new Error('cannot digest this');
} });

app.serviceBusQueue('steps', { queueName: 'steps', connection: 'Bus', isSessionsEnabled: true, handler: async (message, context) => {
  context.log('step ' + context.triggerMetadata.sessionId + message);
} });

app.serviceBusTopic('audit', { topicName: 'events', subscriptionName: 'audit', connection: 'Bus', cardinality: 'many',
  handler: async (messages, context) => {
    context.log('audit ' + JSON.stringify({ messages, ids: context.triggerMetadata.messageIdArray }));
  } });
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

variable "sends" {
  type = bool
}

provider "azurerm" {
  subscription_id = var.subscription_id
  features {}
}

resource "azurerm_resource_group" "this" {
  name     = "bussed"
  location = "eastus2"
}

resource "azurerm_servicebus_namespace" "this" {
  name                = "bussed-sb"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  sku                 = "Standard"
  local_auth_enabled  = false
}

resource "azurerm_servicebus_queue" "orders" {
  name               = "orders"
  namespace_id       = azurerm_servicebus_namespace.this.id
  max_delivery_count = 3
}

resource "azurerm_servicebus_queue" "steps" {
  name             = "steps"
  namespace_id     = azurerm_servicebus_namespace.this.id
  requires_session = true
}

resource "azurerm_servicebus_topic" "events" {
  name         = "events"
  namespace_id = azurerm_servicebus_namespace.this.id
}

resource "azurerm_servicebus_subscription" "audit" {
  name               = "audit"
  topic_id           = azurerm_servicebus_topic.events.id
  max_delivery_count = 3
}

resource "azurerm_servicebus_subscription_rule" "red" {
  name            = "red"
  subscription_id = azurerm_servicebus_subscription.audit.id
  filter_type     = "SqlFilter"
  sql_filter      = "color = 'red'"
}

resource "azurerm_service_plan" "this" {
  name                = "bussed"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  os_type             = "Linux"
  sku_name            = "FC1"
}

resource "azurerm_application_insights" "this" {
  name                = "bussed"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  application_type    = "web"
}

resource "azurerm_function_app_flex_consumption" "this" {
  name                = "bussed"
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

  site_config {
    application_insights_connection_string = azurerm_application_insights.this.connection_string
  }

  app_settings = {
    Bus__fullyQualifiedNamespace = "\${azurerm_servicebus_namespace.this.name}.servicebus.windows.net"
    QUEUE                        = azurerm_servicebus_queue.orders.name
  }
}

resource "terraform_data" "package" {
  input = { function_app_id = azurerm_function_app_flex_consumption.this.id, path = "\${path.module}/app.zip" }
}

resource "azurerm_role_assignment" "receive" {
  scope                = azurerm_servicebus_namespace.this.id
  role_definition_name = "Azure Service Bus Data Receiver"
  principal_id         = azurerm_function_app_flex_consumption.this.identity[0].principal_id
}

resource "azurerm_role_assignment" "send" {
  count                = var.sends ? 1 : 0
  scope                = azurerm_servicebus_namespace.this.id
  role_definition_name = "Azure Service Bus Data Sender"
  principal_id         = azurerm_function_app_flex_consumption.this.identity[0].principal_id
}
`;

let directory: string | undefined;
let cloud: LocalCloud | undefined;
let warnings: string[] = [];

afterEach(async () => {
  await cloud?.close();
  if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
  warnings = [];
});

async function start(variables: { sends: boolean }): Promise<LocalCloud> {
  directory = mkdtempSync(path.join(os.tmpdir(), 'bussed-'));
  const { outputFiles } = buildSync({
    stdin: { contents: source, resolveDir: path.resolve('.'), loader: 'js' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['@azure/functions-core'],
    write: false,
    logLevel: 'error',
  });
  const files = {
    'host.json': JSON.stringify({ version: '2.0', extensions: { serviceBus: { maxConcurrentCalls: 4 } } }),
    'package.json': JSON.stringify({ name: 'function', main: 'index.js' }),
    'index.js': outputFiles[0]?.text ?? '',
  };
  writeFileSync(
    path.join(directory, 'app.zip'),
    zip(new Map(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)]))),
  );
  writeFileSync(path.join(directory, 'main.tf'), terraform);
  cloud = await startLocalCloud({
    cloud: 'azure',
    directory,
    variables,
    warn: (text) => warnings.push(text),
  });
  return cloud;
}

const post = (route: string, body: unknown) =>
  fetch(`${cloud?.entrances[0]?.url}/api/${route}`, { method: 'POST', body: JSON.stringify(body) });

const logged = (start: string): string[] =>
  (cloud?.logs.entries() ?? []).flatMap(({ message }) => {
    const at = message.indexOf(`] ${start} `);
    return at < 0 ? [] : [message.slice(at + start.length + 3)];
  });

test('functions send with the SDK and by a binding; messages trigger functions, and poison ends among dead letters', async () => {
  const { access, meter, unusedGrants } = await start({ sends: true });
  expect(warnings).toEqual([]);

  const message = { body: { id: 1 }, messageId: 'm1', applicationProperties: { color: 'red' } };
  expect((await post('send', { entity: 'orders', ...message })).status).toBe(202);
  expect((await post('bound', [{ id: 2 }, { id: 3, poison: true }])).status).toBe(202);
  const deadLetters = () =>
    access.channels.find(({ name }) => name === 'orders/$DeadLetterQueue')?.peek?.() ?? [];
  await eventually(() => deadLetters().length === 1 && logged('work').length === 5);
  const works = logged('work').map((text) => JSON.parse(text));
  expect(works[0]).toMatchObject({
    message: { id: 1 },
    deliveryCount: 1,
    messageId: 'm1',
    sequenceNumber: 1,
    applicationProperties: { color: 'red' },
  });
  expect(works.filter(({ message: { poison } }) => poison).map(({ deliveryCount }) => deliveryCount)).toEqual(
    [1, 2, 3],
  );
  expect(deadLetters()).toMatchObject([
    {
      body: '{"id":3,"poison":true}',
      cause: 'MaxDeliveryCountExceeded: Message could not be consumed after 3 delivery attempts.',
    },
  ]);

  // What the binding has sent continues the trace of the invocation that gave it.
  const traced = cloud?.traces.traces().map(({ spans }) => spans.map(({ name }) => name)) ?? [];
  expect(traced.some((names) => names.includes('bound') && names.includes('work'))).toBe(true);

  // The worker begins names with small letters: what an SDK calls Diagnostic-Id comes as diagnostic-Id.
  const [theirs, ours] = ['1', '2'].map((digit) => `00-${digit.repeat(32)}-${digit.repeat(16)}-01`);
  const senders = [
    { messageId: 'sdk', applicationProperties: { 'Diagnostic-Id': theirs } },
    { messageId: 'w3c', applicationProperties: { traceparent: ours } },
    { messageId: 'both', applicationProperties: { traceparent: ours, 'Diagnostic-Id': theirs } },
  ];
  for (const sent of senders) await post('send', { entity: 'orders', body: { id: 4 }, ...sent });
  const traceOf = (id: string) =>
    logged('trace')
      .map((text) => JSON.parse(text))
      .find(({ messageId }) => messageId === id)?.trace?.traceId;
  await eventually(() => senders.every(({ messageId }) => traceOf(messageId) !== undefined));
  expect(senders.map(({ messageId }) => traceOf(messageId))).toEqual([
    '1'.repeat(32),
    '2'.repeat(32),
    '2'.repeat(32),
  ]);
  expect(JSON.parse(logged('work').find((text) => text.includes('"sdk"')) ?? '')).toMatchObject({
    applicationProperties: { 'diagnostic-Id': theirs },
  });

  for (const step of ['1', '2', '3']) await post('send', { entity: 'steps', body: step, sessionId: 'a' });
  await post('send', { entity: 'events', ...message, messageId: 'red' });
  await post('send', { entity: 'events', body: 'blue', applicationProperties: { color: 'blue' } });
  await eventually(() => logged('step').length === 3 && logged('audit').length === 1);
  expect(logged('step')).toEqual(['a1', 'a2', 'a3']);
  expect(JSON.parse(logged('audit')[0] ?? '')).toMatchObject({ ids: ['red'] });

  expect(meter.total('service-bus', 'standard-operations')).toBeGreaterThan(20);
  expect(unusedGrants().map(({ kind }) => kind)).not.toContain('unused-role');
});

test('without the role the app cannot send; nothing arrives', async () => {
  const { access } = await start({ sends: false });
  const answer = await post('send', { entity: 'orders', body: 1 });
  expect(await answer.json()).toMatchObject({
    code: 'UnauthorizedAccess',
    message: expect.stringContaining("'Send' claim(s) are required"),
  });
  expect((await post('bound', { id: 2 })).status).toBe(500);
  expect(access.channels.find(({ name }) => name === 'orders')?.peek?.()).toEqual([]);
  expect(logged('work')).toEqual([]);
});
