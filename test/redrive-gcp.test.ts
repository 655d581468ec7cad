import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { placeOf } from '../src/cli/redrive-place.ts';
import { type LocalCloud, startLocalCloud } from '../src/local/local-cloud.ts';
import { find } from '../src/local/stack-access.ts';
import { parseFilters } from '../src/redrive/filter.ts';
import { pubSubClients } from '../src/redrive/gcp/clients.ts';
import { openDeadLetterQueue } from '../src/redrive/open.ts';
import { type RedriveOptions, redrive } from '../src/redrive/redrive.ts';

const terraform = `
terraform {
  required_providers {
    google = { source = "hashicorp/google", version = "~> 7.0" }
  }
}

variable "project_name" {
  type = string
}

variable "project_id" {
  type = string
}

provider "google" {
  project = var.project_id
  region  = "us-central1"
}

data "google_project" "this" {}

resource "google_pubsub_topic" "this" {
  for_each = toset(["orders", "dead", "elsewhere"])
  name     = each.key
}

resource "google_pubsub_subscription" "work" {
  name                    = "work"
  topic                   = google_pubsub_topic.this["orders"].id
  enable_message_ordering = true

  dead_letter_policy {
    dead_letter_topic     = google_pubsub_topic.this["dead"].id
    max_delivery_attempts = 5
  }
}

resource "google_pubsub_subscription" "this" {
  for_each                = { audit = "orders", dead = "dead", elsewhere = "elsewhere" }
  name                    = each.key
  topic                   = google_pubsub_topic.this[each.value].id
  enable_message_ordering = true
}

resource "google_pubsub_subscription" "pushed" {
  name  = "pushed"
  topic = google_pubsub_topic.this["dead"].id

  push_config {
    push_endpoint = "https://example.com/push"
  }
}

resource "google_pubsub_topic_iam_member" "forwards" {
  topic  = google_pubsub_topic.this["dead"].id
  role   = "roles/pubsub.publisher"
  member = "serviceAccount:service-\${data.google_project.this.number}@gcp-sa-pubsub.iam.gserviceaccount.com"
}

resource "google_pubsub_subscription_iam_member" "forwards" {
  subscription = google_pubsub_subscription.work.id
  role         = "roles/pubsub.subscriber"
  member       = "serviceAccount:service-\${data.google_project.this.number}@gcp-sa-pubsub.iam.gserviceaccount.com"
}
`;

const directory = mkdtempSync(path.join(os.tmpdir(), 'redrive-'));
let cloud: LocalCloud;

beforeAll(async () => {
  writeFileSync(path.join(directory, 'main.tf'), terraform);
  cloud = await startLocalCloud({ cloud: 'gcp', directory });
});
afterAll(async () => {
  await cloud.close();
  rmSync(directory, { recursive: true, force: true });
});

const channel = (kind: 'queue' | 'topic', name: string) =>
  find(
    kind,
    cloud.access.channels.filter((one) => one.kind === kind),
    name,
  );
const held = (name: string) => channel('queue', name).peek?.() ?? [];

/** Pulls and gives back what there is until the subscription has given it up. */
async function letDie(name: string) {
  const clients = await pubSubClients(placeOf(cloud, name));
  const subscription = `projects/${clients.projectId}/subscriptions/${name}`;
  while (held(name).length > 0) {
    const [{ receivedMessages }] = await clients.subscriber.pull({
      subscription,
      maxMessages: 10,
      returnImmediately: true,
    });
    const ackIds = (receivedMessages ?? []).flatMap(({ ackId }) => ackId ?? []);
    if (ackIds.length > 0)
      await clients.subscriber.modifyAckDeadline({ subscription, ackIds, ackDeadlineSeconds: 0 });
  }
  await clients.close();
}

async function open(name: string) {
  const opened = await openDeadLetterQueue(placeOf(cloud, name));
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

test('letters go back to the topic that they came from, when all its subscriptions may get them again', async () => {
  await channel('topic', 'orders').send({ body: '{"id":1}', attributes: { tenant: 'acme' }, group: 'k' });
  await letDie('work');
  await channel('topic', 'dead').send({
    body: '{"id":2}',
    attributes: {
      orderingKey: 'j',
      DeadLetterReason: 'InvalidOrder',
      DeadLetterErrorDescription: 'order 2 has no price',
      DeadLetterMessageId: '1',
      DeadLetterSource: 'projects/local-project/subscriptions/work',
    },
  });
  const queue = await open('dead');
  const letters = await queue.browse(100, signal);
  expect(letters).toMatchObject([
    {
      group: 'k',
      source: 'projects/local-project/subscriptions/work',
      cause: {
        reason: 'MaxDeliveryAttemptsExceeded',
        description: 'given up by work after 5 attempts, and Pub/Sub keeps no cause',
      },
    },
    { group: 'j', cause: { reason: 'InvalidOrder', description: 'order 2 has no price' } },
  ]);

  const refused = await redrive(queue, options, ports);
  expect(refused.left).toEqual({
    'projects/local-project/topics/orders would deliver it to projects/local-project/subscriptions/audit as well: say --yes, or --to': 2,
  });
  expect(held('dead')).toHaveLength(2);

  const filter = parseFilters(['tenant=acme']);
  const back = await redrive(queue, { ...options, filter, acceptsFanOut: true }, ports);
  expect(back).toMatchObject({ seen: 2, outcomes: { redriven: 1 } });
  const [message] = held('work');
  expect(message).toMatchObject({ body: '{"id":1}', group: 'k' });
  expect(message?.attributes).toEqual({
    tenant: 'acme',
    RedriveCount: '1',
    RedrivenAt: expect.stringMatching(/^\d{4}-/),
  });
  expect(held('dead').map(({ body }) => body)).toEqual(['{"id":2}']);

  const elsewhere = await redrive(
    queue,
    { ...options, to: 'elsewhere', changes: [{ path: 'id', value: 3 }] },
    ports,
  );
  expect(elsewhere).toMatchObject({ outcomes: { redriven: 1 } });
  expect(held('elsewhere')).toMatchObject([{ body: '{"id":3}', group: 'j' }]);
  expect(held('dead')).toEqual([]);
});

test('a subscription that is pushed cannot be redriven', async () => {
  await expect(open('pushed')).rejects.toThrow(/it pushes its messages to https:\/\/example.com\/push/);
});
