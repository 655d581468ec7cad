import { afterEach, beforeEach, expect, it } from 'vitest';
import type { WireRequest } from '../../engine/wire.ts';
import { accountId, roles, type TestStorage, testStorage } from '../storage/test-storage.ts';
import { EventGrid } from './event-grid.ts';
import type { SubscriptionDefinition, Target } from './subscription.ts';

let shop: TestStorage;
let grid: EventGrid;
let requests: WireRequest[];
let statuses: number[];
let sent: { entityId: string; body: string }[];

beforeEach(async () => {
  shop = await testStorage();
  shop.account.blobs.create('files');
  shop.account.blobs.create('dead');
  shop.account.queues.create('orders');
  requests = [];
  statuses = [];
  sent = [];
  grid = new EventGrid({
    runtime: shop.runtime,
    storage: shop.storage,
    warn: (text) => {
      throw new Error(text);
    },
    app: async (request) => {
      requests.push(request);
      return { status: statuses.shift() ?? 200, headers: {}, body: '' };
    },
    serviceBus: { send: (entityId, { body }) => void sent.push({ entityId, body }) },
  });
});
afterEach(async () => {
  grid.close();
  await shop.close();
});

const webhook: Target = {
  kind: 'webhook',
  url: 'https://app.azurewebsites.net/runtime/webhooks/blobs?code=secret',
};

const subscribe = (target: Target, more: Partial<SubscriptionDefinition> = {}) =>
  grid.subscribe({
    id: 'id',
    name: 'orders-sub',
    sourceId: accountId,
    schema: 'EventGridSchema',
    filter: {
      advanced: [],
      onArrays: false,
      eventTypes: ['Microsoft.Storage.BlobCreated'],
      subject: { beginsWith: '/blobServices/default/containers/files/', endsWith: '', caseSensitive: false },
    },
    target,
    maximumAttempts: 30,
    timeToLiveMs: 86_400_000,
    ...more,
  });

function upload(key = 'a') {
  const container = shop.account.blobs.find('files');
  shop.account.blobs.put(container, key, Buffer.from('x'), { contentType: 'text/plain' });
}

/** Lets what has begun come to its end. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

it('tries again later and later, and says with each attempt which it is', async () => {
  statuses = [500, 503, 404];
  subscribe(webhook);
  upload();
  await turn();
  const waits: number[] = [];
  while (shop.course.activity.waiting > 0) {
    const beforeMs = shop.clock.now();
    const count = requests.length;
    while (requests.length === count) {
      shop.clock.advance(1000);
      await turn();
    }
    waits.push(Math.floor((shop.clock.now() - beforeMs) / 1000));
  }
  // 10 seconds; 30 after a 503; at least five minutes after a 404; each up to a tenth longer.
  expect(
    waits
      .map((seconds, index) => seconds / ([10, 30, 300][index] ?? 0) - 1)
      .every((late) => late >= 0 && late <= 0.12),
  ).toBe(true);
  expect(requests.map(({ headers }) => headers['aeg-delivery-count'])).toEqual(['0', '1', '2', '3']);
  expect(requests[0]).toMatchObject({
    host: 'app.azurewebsites.net',
    query: 'code=secret',
    headers: { 'aeg-event-type': 'Notification', 'aeg-subscription-name': 'ORDERS-SUB' },
  });
  expect(JSON.parse(String(requests[0]?.body))).toMatchObject([
    { eventType: 'Microsoft.Storage.BlobCreated' },
  ]);
  expect(shop.meter.total('event-grid', 'operations')).toBe(5);
});

it('does not repeat what no repetition helps, and writes it to the dead letters five minutes later', async () => {
  statuses = [400];
  subscribe(webhook, { schema: 'CloudEventSchemaV1_0', deadLetter: { accountId, container: 'dead' } });
  upload();
  await turn();
  const { bucket } = shop.account.blobs.find('dead');
  expect(bucket.isEmpty).toBe(true);
  shop.clock.advance(5 * 60_000);
  const { entries } = bucket.list({ limit: 10 });
  expect(entries).toHaveLength(1);
  const [entry] = entries;
  const letter =
    entry?.kind === 'version' && entry.version.kind === 'object'
      ? String(entry.version.content.bytes())
      : '[]';
  expect(JSON.parse(letter)).toMatchObject([
    {
      specversion: '1.0',
      deliveryattempts: 1,
      lastdeliveryoutcome: 'BadRequest',
      deadletterreason: expect.any(String),
    },
  ]);
  expect(requests[0]?.headers['content-type']).toBe('application/cloudevents+json; charset=utf-8');
});

it('tells where no dead letter could be kept, and takes the right to keep them as used', () => {
  const identity = { kind: 'identity', objectId: shop.identity.principalId } as const;
  subscribe(webhook, { deadLetter: { accountId, container: 'dead', identity } });
  subscribe(webhook, { name: 'other', deadLetter: { accountId, container: 'nowhere' } });
  expect(grid.tryDeadLetters()).toEqual([
    expect.stringMatching(/^event subscription orders-sub could keep no dead letter: its identity may not /),
    'event subscription other could keep no dead letter: its container is not there',
  ]);
  shop.assign(roles.blobContributor);
  expect(grid.tryDeadLetters()).toHaveLength(1);
  expect(shop.authorization.unused().map(({ kind }) => kind)).toEqual(['wide-role']);
});

it('gives events to Service Bus and to storage queues with the rights of the delivery identity', async () => {
  const deliveryIdentity = { kind: 'identity', objectId: shop.identity.principalId } as const;
  const entityId =
    '/subscriptions/sub/resourceGroups/shop/providers/Microsoft.ServiceBus/namespaces/bus/queues/orders';
  const queue: Target = { kind: 'storage-queue', accountId, queue: 'orders', timeToLiveMs: 60_000 };
  subscribe({ kind: 'service-bus', entityId }, { deliveryIdentity });
  subscribe(queue, { deliveryIdentity });
  upload();
  await turn();
  expect(sent).toEqual([]);
  expect(shop.account.queues.queue('orders')?.count).toBe(0);
  shop.assign(roles.queueSender);
  shop.assign('69a216fc-b8fb-44d8-bc22-1f3c2cd27a39', '/subscriptions/sub/resourceGroups/shop');
  upload('b');
  await turn();
  expect(sent.map(({ body }) => JSON.parse(body).subject)).toEqual([
    '/blobServices/default/containers/files/blobs/b',
  ]);
  const [message] = shop.account.queues.queue('orders')?.peek(1) ?? [];
  const text = Buffer.from(message?.text ?? '', 'base64').toString();
  expect(JSON.parse(text)).toMatchObject({
    subject: '/blobServices/default/containers/files/blobs/b',
    data: { api: 'PutBlob' },
  });
});

it('takes events at a custom topic from whoever may send, and offers them to its subscriptions', async () => {
  const id = '/subscriptions/sub/resourceGroups/shop/providers/Microsoft.EventGrid/topics/orders';
  const hostName = 'orders.eastus2-1.eventgrid.azure.net';
  grid.topics.add({
    id,
    hostName,
    inputSchema: 'CloudEventSchemaV1_0',
    keys: ['key'],
    localAuthEnabled: false,
  });
  subscribe(webhook, {
    sourceId: id,
    schema: 'CloudEventSchemaV1_0',
    filter: { eventTypes: ['placed'], advanced: [], onArrays: false },
  });
  const publish = (event: object, headers: Record<string, string>) =>
    grid.topics.handle({
      method: 'POST',
      host: hostName,
      path: '/api/events',
      query: 'api-version=2018-01-01',
      headers,
      body: Buffer.from(JSON.stringify([event])),
    }).status;
  const event = {
    specversion: '1.0',
    id: '1',
    source: '/shop',
    type: 'placed',
    subject: 'o/1',
    data: { total: 3 },
  };
  const token = shop.authorization.issueToken(shop.identity.principalId, 'https://eventgrid.azure.net');
  const bearer = { authorization: `Bearer ${token}` };
  expect(publish(event, {})).toBe(401);
  expect(publish(event, { 'aeg-sas-key': 'key' })).toBe(401);
  expect(publish(event, bearer)).toBe(403);
  shop.assign('d5a91429-5739-47e2-a06b-3470a27159e7', id);
  expect(publish(event, bearer)).toBe(200);
  expect(publish({ ...event, type: 'cancelled' }, bearer)).toBe(200);
  expect(publish({ id: '2' }, bearer)).toBe(400);
  await turn();
  expect(requests.map(({ body }) => JSON.parse(String(body)))).toMatchObject([
    { source: '/shop', type: 'placed', subject: 'o/1', data: { total: 3 }, specversion: '1.0' },
  ]);
});
