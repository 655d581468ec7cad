import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ServiceBusClient, type ServiceBusMessage } from '@azure/service-bus';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { placeOf } from '../src/cli/redrive-place.ts';
import { type LocalCloud, startLocalCloud } from '../src/local/local-cloud.ts';
import { find } from '../src/local/stack-access.ts';
import { parseFilters } from '../src/redrive/filter.ts';
import { openDeadLetterQueue } from '../src/redrive/open.ts';
import { type RedriveOptions, redrive } from '../src/redrive/redrive.ts';

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

provider "azurerm" {
  subscription_id = var.subscription_id
  features {}
}

resource "azurerm_resource_group" "this" {
  name     = "redriven"
  location = "eastus2"
}

resource "azurerm_servicebus_namespace" "this" {
  name                = "redriven-sb"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  sku                 = "Standard"
}

resource "azurerm_servicebus_queue" "orders" {
  name                                    = "orders"
  namespace_id                            = azurerm_servicebus_namespace.this.id
  requires_duplicate_detection            = true
  duplicate_detection_history_time_window = "PT10M"
}

resource "azurerm_servicebus_queue" "dead" {
  name         = "dead"
  namespace_id = azurerm_servicebus_namespace.this.id
}

resource "azurerm_servicebus_queue" "invoices" {
  name                              = "invoices"
  namespace_id                      = azurerm_servicebus_namespace.this.id
  forward_dead_lettered_messages_to = azurerm_servicebus_queue.dead.name
}

resource "azurerm_servicebus_topic" "events" {
  name         = "events"
  namespace_id = azurerm_servicebus_namespace.this.id
}

resource "azurerm_servicebus_subscription" "this" {
  for_each           = toset(["audit", "mail"])
  name               = each.key
  topic_id           = azurerm_servicebus_topic.events.id
  max_delivery_count = 3
}
`;

const directory = mkdtempSync(path.join(os.tmpdir(), 'redrive-'));
let cloud: LocalCloud;
let bus: ServiceBusClient;

beforeAll(async () => {
  writeFileSync(path.join(directory, 'main.tf'), terraform);
  cloud = await startLocalCloud({ cloud: 'azure', directory });
  const environment = cloud.endpoints.find((one) => one.environment.SERVICEBUS_CONNECTION_STRING);
  bus = new ServiceBusClient(environment?.environment.SERVICEBUS_CONNECTION_STRING ?? '');
});
afterAll(async () => {
  await bus.close();
  await cloud.close();
  rmSync(directory, { recursive: true, force: true });
});

/** Sends them and lets a consumer give each up with its body as the reason. */
async function letDie(entity: string, subscription: string | undefined, ...messages: ServiceBusMessage[]) {
  await bus.createSender(entity).sendMessages(messages);
  const receiver =
    subscription === undefined ? bus.createReceiver(entity) : bus.createReceiver(entity, subscription);
  for (const message of await receiver.receiveMessages(messages.length, { maxWaitTimeInMs: 2000 }))
    await receiver.deadLetterMessage(message, {
      deadLetterReason: 'InvalidOrder',
      deadLetterErrorDescription: `cannot digest ${message.messageId}`,
    });
  await receiver.close();
}

async function open(queue: string) {
  const opened = await openDeadLetterQueue(placeOf(cloud, queue));
  onTestFinished(() => opened.close());
  return opened;
}

const signal = new AbortController().signal;
const ports = {
  clock: { now: () => Date.now(), sleep: async () => undefined },
  audit: () => undefined,
  signal,
  progress: () => undefined,
};
const options: RedriveOptions = {
  action: 'redrive',
  to: undefined,
  filter: parseFilters([]),
  rate: 100,
  limit: 100,
  maximumRedrives: 3,
  dryRun: false,
  changes: [],
  edits: undefined,
  acceptsFanOut: false,
  who: { user: 'tester' },
};
const held = (name: string) => find('queue', cloud.access.channels, name).peek?.() ?? [];

test('letters of a queue are looked at without taking them, and some go back past duplicate detection', async () => {
  await letDie(
    'orders',
    undefined,
    { body: { id: 1 }, messageId: 'm1', subject: 's', applicationProperties: { tenant: 'acme', level: 7 } },
    { body: 'two', messageId: 'm2' },
    { body: Buffer.from([0xff, 0x00]), messageId: 'm3' },
  );
  const queue = await open('orders');
  const letters = await queue.browse(100, signal);
  expect(letters.map(({ messageId, cause }) => [messageId, cause.description])).toEqual([
    ['m1', 'cannot digest m1'],
    ['m2', 'cannot digest m2'],
    ['m3', 'cannot digest m3'],
  ]);
  expect(letters[2]?.body).toEqual(Buffer.from([0xff, 0x00]));

  const filter = parseFilters(['cause~m1']);
  const summary = await redrive(queue, { ...options, filter, changes: [{ path: 'ok', value: true }] }, ports);
  expect(summary).toMatchObject({ seen: 3, outcomes: { redriven: 1, left: 0, failed: 0 } });
  expect(held('orders/$DeadLetterQueue').map(({ id }) => id)).toEqual(['m2', 'm3']);
  // What was left is put back: others get it at once.
  expect(held('orders')).toMatchObject([
    {
      id: 'm1.redrive1',
      body: '{"id":1,"ok":true}',
      attributes: { tenant: 'acme', level: '7', RedriveCount: '1' },
    },
  ]);
  expect(held('orders')[0]?.cause).toBeUndefined();
  const [message] = await bus.createReceiver('orders').peekMessages(1);
  expect(message).toMatchObject({ subject: 's', applicationProperties: { level: 7 } });

  const rest = await redrive(queue, options, ports);
  expect(rest).toMatchObject({ outcomes: { redriven: 2 } });
  expect(held('orders').map(({ id }) => id)).toEqual(['m1.redrive1', 'm2.redrive1', 'm3.redrive1']);
});

test('of a queue that others forward dead letters to, only those go back, each to where it came from', async () => {
  await letDie('invoices', undefined, { body: 'i1', messageId: 'i1' });
  await bus.createSender('dead').sendMessages([
    { body: 'work', messageId: 'w1' },
    {
      body: 'lost',
      messageId: 'l1',
      applicationProperties: { DeadLetterReason: 'X', DeadLetterSource: 'f' },
    },
  ]);
  const queue = await open('redriven-sb/dead');
  expect(queue.name).toBe('redriven-sb/dead');
  const summary = await redrive(queue, options, ports);
  expect(summary).toMatchObject({
    outcomes: { redriven: 1, left: 1 },
    left: { 'it does not tell which queue it came from: say --to': 1 },
  });
  expect(held('invoices').map(({ id }) => id)).toEqual(['i1.redrive1']);
  expect(held('dead').map(({ id }) => id)).toEqual(['w1', 'l1']);
});

test('a letter of a subscription goes through its topic only when that is wanted', async () => {
  await letDie('events', 'audit', { body: 'e', messageId: 'e1' });
  const queue = await open('events/subscriptions/audit/$DeadLetterQueue');
  const refused = await redrive(queue, options, ports);
  expect(refused).toMatchObject({ outcomes: { redriven: 0, left: 1 } });
  expect(Object.keys(refused.left)[0]).toContain('events would deliver it to every other subscription');
  await redrive(queue, { ...options, acceptsFanOut: true }, ports);
  expect(held('events/subscriptions/mail').map(({ id }) => id)).toEqual(['e1', 'e1.redrive1']);
});

test('what is not there is said', async () => {
  expect(() => placeOf(cloud, 'nowhere')).toThrow(/no queue 'nowhere'. It has: .*orders/);
  const { local = {} } = placeOf(cloud, 'orders');
  await expect(openDeadLetterQueue({ cloud: 'azure', queue: 'redriven-sb/none', local })).rejects.toThrow(
    /dead letters of 'redriven-sb\/none' cannot be opened: .*could not be found/,
  );
});
