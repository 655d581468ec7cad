import type { Message, Subscription as SdkSubscription } from '@google-cloud/pubsub';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { pubsubServiceAgent } from './pubsub.ts';
import { createTestBed, type TestBed, type TestBedOptions } from './test-bed.ts';

let bed: TestBed;
const denied = new Set<string>();
const options: TestBedOptions = {
  isAllowed: (principal, { permission }) =>
    !denied.has(principal.kind === 'owner' ? permission : `${principal.email} ${permission}`),
};
beforeEach(async () => {
  // The client would look for a metadata server.
  vi.stubEnv('METADATA_SERVER_DETECTION', 'none');
  denied.clear();
  bed = await createTestBed(options);
});
afterEach(async () => {
  await bed.close();
  vi.unstubAllEnvs();
});

/** Status and text of the service's refusal. */
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: { code?: number; details?: string }) => [error.code, error.details],
  );

/** Pulls what there is now; the SDK's own class only streams. */
async function pull(name: string, maxMessages = 10) {
  const { subscriber: client } = bed;
  const subscription = client.subscriptionPath('demo', name);
  const [{ receivedMessages }] = await client.pull({ subscription, maxMessages, returnImmediately: true });
  const ids = (receivedMessages ?? []).map(({ ackId }) => ackId ?? '');
  return {
    texts: (receivedMessages ?? []).map(({ message }) => String(message?.data)),
    messages: receivedMessages ?? [],
    acknowledge: () => client.acknowledge({ subscription, ackIds: ids }),
    extend: (ackDeadlineSeconds: number) =>
      client.modifyAckDeadline({ subscription, ackIds: ids, ackDeadlineSeconds }),
  };
}

const send = (topic: string, text: string, attributes: Record<string, string> = {}) =>
  bed.sdk.topic(topic).publishMessage({ data: Buffer.from(text), attributes });

describe('topics and subscriptions', () => {
  it('are created, read, listed, changed and deleted, with the settings of the cloud', async () => {
    const [topic] = await bed.sdk.createTopic({ name: 'orders', labels: { team: 'a' } });
    expect(topic.name).toBe('projects/demo/topics/orders');
    const [subscription] = await topic.createSubscription('billing', {
      filter: 'attributes.kind = "bill"',
      enableMessageOrdering: true,
      retryPolicy: { minimumBackoff: { seconds: 20 } },
    });
    const [found] = await subscription.getMetadata();
    expect(found).toMatchObject({
      name: 'projects/demo/subscriptions/billing',
      topic: 'projects/demo/topics/orders',
      ackDeadlineSeconds: 10,
      messageRetentionDuration: { seconds: '604800' },
      expirationPolicy: { ttl: { seconds: '2678400' } },
      retryPolicy: { minimumBackoff: { seconds: '20' }, maximumBackoff: { seconds: '600' } },
      filter: 'attributes.kind = "bill"',
      enableMessageOrdering: true,
      state: 'ACTIVE',
    });
    await subscription.setMetadata({ ackDeadlineSeconds: 30 });
    expect((await subscription.getMetadata())[0]).toMatchObject({
      ackDeadlineSeconds: 30,
      filter: found.filter,
    });
    expect((await topic.getSubscriptions())[0].map(({ name }) => name)).toEqual([subscription.name]);
    await topic.delete();
    expect((await subscription.getMetadata())[0].topic).toBe('_deleted-topic_');
    await subscription.delete();
    expect(await codeOf(subscription.getMetadata())).toEqual([5, 'Resource not found (resource=billing).']);
  });

  it('refuse what the cloud refuses', async () => {
    await bed.sdk.createTopic('orders');
    const create = (settings: object) => codeOf(bed.sdk.createSubscription('orders', 'sub', settings));
    expect(await codeOf(bed.sdk.createTopic('orders'))).toEqual([
      6,
      'Resource already exists in the project (resource=orders).',
    ]);
    expect(await codeOf(bed.sdk.createTopic('goog-x'))).toMatchObject([3, expect.any(String)]);
    const publish = (attributes: Record<string, string>) =>
      codeOf(bed.sdk.topic('orders').publishMessage({ data: Buffer.from('x'), attributes }));
    expect(await publish({ 'goog-x': '1' })).toMatchObject([3, expect.any(String)]);
    expect(await publish({ googclient_traceparent: '1' })).toBeUndefined();
    expect(await codeOf(bed.sdk.createSubscription('nowhere', 'sub'))).toMatchObject([5, expect.any(String)]);
    expect(await create({ ackDeadlineSeconds: 9 })).toMatchObject([3, expect.any(String)]);
    expect(await create({ filter: 'attributes.a = b' })).toMatchObject([3, expect.any(String)]);
    expect(await create({ retryPolicy: { maximumBackoff: { seconds: 601 } } })).toMatchObject([
      3,
      expect.any(String),
    ]);
    const dead = (maxDeliveryAttempts: number, topic = 'orders') =>
      create({
        deadLetterPolicy: { deadLetterTopic: `projects/demo/topics/${topic}`, maxDeliveryAttempts },
      });
    expect(await dead(4)).toMatchObject([3, expect.any(String)]);
    expect(await dead(5, 'nowhere')).toMatchObject([5, expect.any(String)]);
    expect(await create({ bigqueryConfig: { table: 'a.b.c' } })).toEqual([
      12,
      'The local Pub/Sub does not support bigquery_config.',
    ]);
  });
});

describe('publishing', () => {
  beforeEach(async () => {
    await bed.sdk.createTopic('orders');
  });

  it('gives every subscription its own copy of what its filter lets pass', async () => {
    await bed.sdk.createSubscription('orders', 'all');
    await bed.sdk.createSubscription('orders', 'bills', { filter: 'attributes.kind = "bill"' });
    const id = await send('orders', 'one', { kind: 'bill' });
    await send('orders', 'two', { kind: 'note' });
    const all = await pull('all');
    expect(all.texts).toEqual(['one', 'two']);
    expect(all.messages[0]?.message).toMatchObject({
      messageId: id,
      attributes: { kind: 'bill' },
      publishTime: { seconds: String(Date.UTC(2030, 0, 1) / 1000) },
    });
    // Attempts are told only where they are counted.
    expect(all.messages[0]?.deliveryAttempt).toBe(0);
    expect((await pull('bills')).texts).toEqual(['one']);
  });

  it('is refused without the permission, and what is empty or too large', async () => {
    expect(await codeOf(send('orders', ''))).toMatchObject([3, expect.stringContaining('is empty')]);
    expect(await codeOf(send('orders', 'x', { key: 'v'.repeat(1025) }))).toMatchObject([
      3,
      expect.any(String),
    ]);
    expect(await codeOf(send('nowhere', 'x'))).toEqual([5, 'Resource not found (resource=nowhere).']);
    denied.add('pubsub.topics.publish');
    expect(await codeOf(send('orders', 'x'))).toMatchObject([7, expect.stringContaining('not authorized')]);
  });

  it('is charged for at least 1,000 bytes, as is every delivery', async () => {
    await bed.sdk.createSubscription('orders', 'all');
    await send('orders', 'x');
    await pull('all');
    expect(bed.meter.total('pubsub', 'throughput-gib') * 1024 ** 3).toBe(2000);
    await send('orders', 'x'.repeat(1_000_000));
    expect(bed.meter.total('pubsub', 'throughput-gib') * 1024 ** 3).toBeCloseTo(1_002_037);
  });
});

describe('a delivery', () => {
  beforeEach(async () => {
    await bed.sdk.createTopic('orders');
  });

  it('comes again unless it is acknowledged before its deadline', async () => {
    await bed.sdk.createSubscription('orders', 'sub');
    await send('orders', 'one');
    const first = await pull('sub');
    await first.extend(30);
    bed.clock.advance(29_999);
    expect((await pull('sub')).texts).toEqual([]);
    bed.clock.advance(1);
    const second = await pull('sub');
    expect(second.texts).toEqual(['one']);
    await second.acknowledge();
    bed.clock.advance(600_000);
    expect((await pull('sub')).texts).toEqual([]);
  });

  it('that fails waits longer each time, message by message, under a retry policy', async () => {
    await bed.sdk.createSubscription('orders', 'sub', {
      retryPolicy: { minimumBackoff: { seconds: 10 }, maximumBackoff: { seconds: 30 } },
    });
    await send('orders', 'one');
    for (const seconds of [10, 20, 30, 30]) {
      await (await pull('sub')).extend(0);
      bed.clock.advance(seconds * 1000 - 1);
      expect((await pull('sub')).texts).toEqual([]);
      await send('orders', 'other');
      const other = await pull('sub');
      expect(other.texts).toEqual(['other']);
      await other.acknowledge();
      bed.clock.advance(1);
    }
    expect((await pull('sub')).texts).toEqual(['one']);
  });

  it('keeps the order of each key, and holds a key back while one of its messages is out', async () => {
    await bed.sdk.createSubscription('orders', 'sub', { enableMessageOrdering: true });
    const topic = bed.sdk.topic('orders', { messageOrdering: true });
    for (const [orderingKey, text] of [
      ['a', 'a1'],
      ['a', 'a2'],
      ['b', 'b1'],
    ] as const)
      await topic.publishMessage({ orderingKey, data: Buffer.from(text) });
    const first = await pull('sub', 1);
    expect(first.texts).toEqual(['a1']);
    const other = await pull('sub');
    expect(other.texts).toEqual(['b1']);
    await first.extend(0);
    expect((await pull('sub')).texts).toEqual(['a1', 'a2']);
  });

  it('with exactly-once delivery can not be acknowledged after its deadline', async () => {
    await bed.sdk.createSubscription('orders', 'sub', { enableExactlyOnceDelivery: true });
    await send('orders', 'one');
    const late = await pull('sub');
    bed.clock.advance(10_000);
    const failure = await late.acknowledge().then(
      () => undefined,
      (error: { code: number; errorInfoMetadata: Record<string, string> }) => error,
    );
    expect(failure?.code).toBe(9);
    expect(Object.values(failure?.errorInfoMetadata ?? {})).toEqual(['PERMANENT_FAILURE_INVALID_ACK_ID']);
    const again = await pull('sub');
    expect(again.texts).toEqual(['one']);
    await again.acknowledge();
  });

  it('streams to the client library, within its limit of outstanding messages', async () => {
    await bed.sdk.createSubscription('orders', 'sub');
    const subscription: SdkSubscription = bed.sdk.subscription('sub', {
      flowControl: { maxMessages: 2 },
      streamingOptions: { maxStreams: 1 },
    });
    const seen: Message[] = [];
    subscription.on('message', (message: Message) => void seen.push(message));
    subscription.on('error', (error: unknown) => expect(error).toBeUndefined());
    for (const text of ['1', '2', '3', '4']) await send('orders', text);
    await vi.waitFor(() => expect(seen).toHaveLength(2));
    seen[0]?.ack();
    await vi.waitFor(() => expect(seen).toHaveLength(3));
    for (const message of seen.slice(1)) message.ack();
    await vi.waitFor(() => expect(seen).toHaveLength(4));
    seen[3]?.nack();
    await vi.waitFor(() => expect(seen).toHaveLength(5));
    expect(seen.map(({ data }) => String(data))).toEqual(['1', '2', '3', '4', '4']);
    seen[4]?.ack();
    await vi.waitFor(() =>
      expect(bed.pubsub.subscription('projects/demo/subscriptions/sub').messages.messages()).toEqual([]),
    );
    await subscription.close();
  });
});

describe('a dead-letter policy', () => {
  const agent = pubsubServiceAgent('1');
  beforeEach(async () => {
    await bed.sdk.createTopic('orders');
    await bed.sdk.createTopic('dead');
    await bed.sdk.createSubscription('dead', 'graves');
    await bed.sdk.createSubscription('orders', 'sub', {
      deadLetterPolicy: { deadLetterTopic: 'projects/demo/topics/dead', maxDeliveryAttempts: 5 },
    });
    await send('orders', 'poison', { a: 'b' });
  });

  async function failTimes(times: number): Promise<number[]> {
    const attempts: number[] = [];
    for (let attempt = 0; attempt < times; attempt++) {
      const delivery = await pull('sub');
      attempts.push(...delivery.messages.map(({ deliveryAttempt }) => Number(deliveryAttempt)));
      if (delivery.texts.length > 0) await delivery.extend(0);
    }
    return attempts;
  }

  it('forwards what was delivered too often, and says where it comes from', async () => {
    expect(await failTimes(6)).toEqual([1, 2, 3, 4, 5]);
    const { messages } = await pull('graves');
    expect(messages[0]?.message).toMatchObject({
      data: Buffer.from('poison'),
      attributes: {
        a: 'b',
        CloudPubSubDeadLetterSourceDeliveryCount: '5',
        CloudPubSubDeadLetterSourceSubscription: 'sub',
        CloudPubSubDeadLetterSourceSubscriptionProject: 'demo',
        CloudPubSubDeadLetterSourceTopicPublishTime: '2030-01-01T00:00:00.000Z',
      },
    });
  });

  it.each(['pubsub.topics.publish', 'pubsub.subscriptions.consume'])(
    'forwards nothing while the service agent has no %s',
    async (permission) => {
      denied.add(`${agent} ${permission}`);
      expect(await failTimes(7)).toEqual([1, 2, 3, 4, 5, 6, 7]);
      expect((await pull('graves')).texts).toEqual([]);
      expect(bed.pubsub.closedDeadLetterRoutes()).toEqual([expect.stringContaining(permission)]);
    },
  );

  it('is known to be closed before a message fails', async () => {
    expect(bed.pubsub.closedDeadLetterRoutes()).toEqual([]);
    await bed.sdk.topic('dead').delete();
    expect(bed.pubsub.closedDeadLetterRoutes()).toEqual([expect.stringContaining('there is no topic')]);
  });
});

describe('time', () => {
  it('ends the retention of messages, and subscriptions that nobody reads', async () => {
    await bed.sdk.createTopic('orders');
    await bed.sdk.createSubscription('orders', 'sub', { messageRetentionDuration: { seconds: 600 } });
    await send('orders', 'one');
    bed.clock.advance(600_000);
    expect((await pull('sub')).texts).toEqual([]);
    bed.clock.advance(30 * 86_400_000);
    expect((await pull('sub')).texts).toEqual([]);
    bed.clock.advance(31 * 86_400_000);
    expect(await codeOf(pull('sub'))).toMatchObject([5, expect.any(String)]);
  });
});
