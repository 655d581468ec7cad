import { afterEach, describe, expect, it, vi } from 'vitest';
import type { VirtualClock } from '../../engine/clock.ts';
import type { WireRequest } from '../../engine/wire.ts';
import { PubSub } from './pubsub.ts';
import { PushDelivery } from './push.ts';
import { PushWindow } from './push-window.ts';
import { defaults, type PushSettings, type SubscriptionSettings } from './settings.ts';
import { testRuntime } from './test-bed.ts';

const endpoint = 'https://work-abc-uc.a.run.app/push?key=1';
const topic = 'projects/demo/topics/orders';
const name = 'projects/demo/subscriptions/work';
const warnings: string[] = [];
const open: { close(): void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
  warnings.length = 0;
});

interface Answer {
  status: number;
  /** Until it comes. */
  after?: Promise<void>;
}

/** A push subscription whose endpoint answers as `answer` says. */
function pushing(answer: (request: WireRequest) => Answer, changes: Partial<SubscriptionSettings> = {}) {
  const { runtime, clock, meter } = testRuntime();
  const pubsub = new PubSub(runtime);
  const requests: WireRequest[] = [];
  const delivery = new PushDelivery({
    pubsub,
    issueIdToken: (email, audience) => `token of ${email} for ${audience}`,
    handlerOf: (request) =>
      request.host === 'work-abc-uc.a.run.app'
        ? async () => {
            requests.push(request);
            const { status, after } = answer(request);
            await after;
            return { status, headers: {}, body: '' };
          }
        : undefined,
    warn: (text) => void warnings.push(text),
  });
  open.push(delivery, pubsub);
  pubsub.createTopic(topic, { labels: new Map() });
  const push: PushSettings = { endpoint, attributes: new Map(), payload: { kind: 'wrapped' } };
  const subscription = pubsub.createSubscription(name, {
    topic,
    labels: new Map(),
    ackDeadlineSeconds: 10,
    messageRetentionSeconds: defaults.messageRetentionSeconds,
    retainAckedMessages: false,
    enableMessageOrdering: false,
    enableExactlyOnceDelivery: false,
    filter: '',
    push,
    ...changes,
  });
  const publish = (text: string, attributes: Record<string, string> = {}) =>
    pubsub.publish(topic, [
      { data: Buffer.from(text), attributes: new Map(Object.entries(attributes)), orderingKey: '' },
    ]);
  const left = () => subscription.messages.messages().length;
  const { activity } = runtime.course;
  return { pubsub, clock, meter, requests, publish, left, activity, push };
}

/** Lets everything happen that needs no time. */
const turns = () => new Promise((resolve) => setImmediate(resolve));

async function pass(clock: VirtualClock, ms: number, stepMs = 1000): Promise<void> {
  for (let passedMs = 0; passedMs < ms; passedMs += stepMs) {
    clock.advance(stepMs);
    await turns();
  }
}

describe('a push', () => {
  it('wraps the message in JSON, and any of five statuses acknowledges it', async () => {
    const statuses = [102, 200, 201, 202, 204];
    const { publish, requests, left, meter, activity } = pushing(() => ({ status: statuses.pop() ?? 500 }));
    const [id] = publish('bread', { a: 'b' });
    await turns();
    expect(requests[0]).toMatchObject({
      method: 'POST',
      host: 'work-abc-uc.a.run.app',
      path: '/push',
      query: 'key=1',
      headers: { 'content-type': 'application/json' },
    });
    expect(requests[0]?.headers.authorization).toBeUndefined();
    expect(JSON.parse(String(requests[0]?.body))).toEqual({
      message: {
        attributes: { a: 'b' },
        data: Buffer.from('bread').toString('base64'),
        messageId: id,
        message_id: id,
        publishTime: '2030-01-01T00:00:00.000Z',
        publish_time: '2030-01-01T00:00:00.000Z',
      },
      subscription: name,
    });
    for (const text of ['2', '3', '4', '5']) publish(text);
    await vi.waitFor(() => expect(left()).toBe(0));
    expect(activity).toMatchObject({ running: 0, waiting: 0 });
    // Five publications and five deliveries, each charged as 1,000 bytes.
    expect(meter.total('pubsub', 'throughput-gib') * 1024 ** 3).toBeCloseTo(10_000);
  });

  it('carries an ID token for the endpoint, or the audience that is asked for', async () => {
    const { publish, requests, pubsub, push } = pushing(() => ({ status: 204 }));
    const { settings } = pubsub.subscription(name);
    const oidcToken = { serviceAccountEmail: 'push@demo' };
    pubsub.updateSubscription(name, { ...settings, push: { ...push, oidcToken } });
    publish('1');
    await turns();
    pubsub.updateSubscription(name, {
      ...settings,
      push: { ...push, oidcToken: { ...oidcToken, audience: 'https://a' } },
    });
    publish('2');
    await turns();
    expect(requests.map(({ headers }) => headers.authorization)).toEqual([
      `Bearer token of push@demo for ${endpoint}`,
      'Bearer token of push@demo for https://a',
    ]);
  });

  it('without a wrapper is the data, with what else there is in headers when they are wanted', async () => {
    const payload = { kind: 'unwrapped', writeMetadata: true } as const;
    const { publish, requests } = pushing(() => ({ status: 204 }), {
      push: { endpoint, attributes: new Map(), payload },
    });
    const [id] = publish('bread', { 'Content-Type': 'text/plain' });
    await turns();
    expect(String(requests[0]?.body)).toBe('bread');
    expect(requests[0]?.headers).toMatchObject({
      'content-type': 'text/plain',
      'x-goog-pubsub-subscription-name': name,
      'x-goog-pubsub-message-id': id,
      'x-goog-pubsub-publish-time': '2030-01-01T00:00:00.000Z',
    });
  });

  it('that fails comes again as the retry policy says, and tells its attempt where dead letters are', async () => {
    let failures = 2;
    const deadLetter = { topic, maximumDeliveryAttempts: 5 };
    const retry = { minimumBackoffMs: 10_000, maximumBackoffMs: 600_000 };
    const { publish, requests, clock, left } = pushing(() => ({ status: failures-- > 0 ? 500 : 204 }), {
      deadLetter,
      retry,
    });
    publish('bread');
    await turns();
    await pass(clock, 9000);
    expect(requests).toHaveLength(1);
    await pass(clock, 1000);
    expect(requests).toHaveLength(2);
    await pass(clock, 19_000);
    expect(requests).toHaveLength(2);
    await pass(clock, 1000);
    expect(requests.map(({ body }) => JSON.parse(String(body)).deliveryAttempt)).toEqual([1, 2, 3]);
    expect(left()).toBe(0);
  });

  it('without an answer within the acknowledgement deadline has failed', async () => {
    const never = new Promise<void>(() => undefined);
    let first = true;
    const { publish, requests, clock, left } = pushing(() => {
      const after = first ? never : Promise.resolve();
      first = false;
      return { status: 204, after };
    });
    publish('bread');
    await turns();
    await pass(clock, 9000);
    expect(requests).toHaveLength(1);
    await pass(clock, 2000);
    expect(requests).toHaveLength(2);
    expect(left()).toBe(0);
  });

  it('to nobody is told, and not lost', async () => {
    const { publish, left } = pushing(() => ({ status: 204 }), {
      push: {
        endpoint: 'https://example.com/',
        attributes: new Map(),
        payload: { kind: 'wrapped' },
      },
    });
    publish('bread');
    await turns();
    expect(warnings[0]).toContain('https://example.com/, which is not the URL of a function of this stack');
    expect(left()).toBe(1);
  });
});

describe('the window of pushes under way', () => {
  it('grows with success and shrinks with failure, with a pause that doubles', async () => {
    const { clock } = testRuntime();
    const window = new PushWindow(clock);
    for (let round = 0; round < 10; round++) {
      window.begin();
      window.end(true);
    }
    expect(window.size).toBe(15);
    for (const pauseMs of [100, 200, 400]) {
      window.begin();
      window.end(false);
      let isOpen = false;
      void window.room().then(() => {
        isOpen = true;
      });
      clock.advance(pauseMs - 1);
      await turns();
      expect(isOpen).toBe(false);
      clock.advance(1);
      await turns();
      expect(isOpen).toBe(true);
    }
    expect(window.size).toBe(1);
  });

  it('holds back what would not fit', async () => {
    let release = () => {};
    const after = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { publish, requests, left } = pushing(() => ({ status: 204, after }));
    for (let index = 0; index < 20; index++) publish(String(index));
    await turns();
    expect(requests).toHaveLength(5);
    release();
    await vi.waitFor(() => expect(left()).toBe(0));
    expect(requests).toHaveLength(20);
  });
});
