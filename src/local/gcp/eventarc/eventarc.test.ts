import { afterEach, describe, expect, it, vi } from 'vitest';
import type { WireRequest } from '../../engine/wire.ts';
import { createFirestore } from '../firestore/index.ts';
import { documentEventData } from '../firestore/messages.ts';
import { PubSub, PushDelivery } from '../pubsub/index.ts';
import { testRuntime } from '../pubsub/test-bed.ts';
import { EventRouter, type ObjectEvent } from './event-router.ts';
import { Eventarc } from './eventarc.ts';
import { type EventFilter, fitsPath, type TriggerDefinition, transportNames } from './trigger.ts';

const url = 'https://work-abc-uc.a.run.app';
const agent = 'service-1@gs-project-accounts.iam.gserviceaccount.com';
const open: { close(): void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

/** Triggers of a service that answers with `status`. */
function bed(options: { status?: number; denied?: string[] } = {}) {
  const { runtime, clock, meter } = testRuntime({
    isAllowed: (principal, { permission }) =>
      principal.kind === 'owner' || !options.denied?.includes(`${principal.email} ${permission}`),
  });
  const pubsub = new PubSub(runtime);
  const firestore = createFirestore(runtime);
  const events = new EventRouter();
  const warnings: string[] = [];
  const eventarc = new Eventarc({ pubsub, events, firestore, warn: (text) => void warnings.push(text) });
  const requests: WireRequest[] = [];
  const delivery = new PushDelivery({
    pubsub,
    issueIdToken: (email, audience) => `${email} for ${audience}`,
    handlerOf: () =>
      eventarc.front(async (request) => {
        requests.push(request);
        return { status: options.status ?? 204, headers: {}, body: '' };
      }),
    warn: (text) => void warnings.push(text),
  });
  open.push(delivery, pubsub);
  const trigger = (filters: EventFilter[], changes: Partial<TriggerDefinition> = {}) => {
    const name = 'projects/demo/locations/us-central1/triggers/work';
    const own = transportNames(name);
    eventarc.createTrigger({
      name,
      filters,
      topic: own.topic,
      ownsTopic: true,
      subscription: own.subscription,
      endpoint: url,
      audience: url,
      serviceAccount: 'trigger@demo',
      retries: true,
      ackDeadlineSeconds: 10,
      ...changes,
    });
    return own;
  };
  return { pubsub, firestore, events, eventarc, requests, trigger, warnings, clock, meter };
}

const objectEvent = (changes: Partial<ObjectEvent> = {}): ObjectEvent => ({
  id: '1',
  type: 'google.cloud.storage.object.v1.finalized',
  source: '//storage.googleapis.com/projects/_/buckets/inbox',
  subject: 'objects/größe 1.csv',
  bucket: 'inbox',
  time: '2030-01-01T00:00:00.000Z',
  data: { name: 'größe 1.csv', generation: '17', bucket: 'inbox', size: '3' },
  ...changes,
});
const objectFilters = [
  { attribute: 'type', value: 'google.cloud.storage.object.v1.finalized' },
  { attribute: 'bucket', value: 'inbox' },
];

describe('a trigger', () => {
  it('for messages of a topic gives them as CloudEvents in binary mode', async () => {
    const { pubsub, requests, trigger, meter } = bed();
    const topic = 'projects/demo/topics/orders';
    pubsub.createTopic(topic, { labels: new Map() });
    const { subscription } = trigger(
      [{ attribute: 'type', value: 'google.cloud.pubsub.topic.v1.messagePublished' }],
      { topic, ownsTopic: false },
    );
    expect(pubsub.subscription(subscription).settings).toMatchObject({
      messageRetentionSeconds: 86_400,
      retry: { minimumBackoffMs: 10_000, maximumBackoffMs: 600_000 },
      push: {
        endpoint: `${url}?__GCP_CloudEventsMode=CUSTOM_PUBSUB_projects%2Fdemo%2Ftopics%2Forders`,
        oidcToken: { serviceAccountEmail: 'trigger@demo', audience: url },
      },
    });
    const [messageId] = pubsub.publish(topic, [
      { data: Buffer.from('bread'), attributes: new Map([['a', 'b']]), orderingKey: '' },
    ]);
    await vi.waitFor(() => expect(requests).toHaveLength(1));
    expect(requests[0]).toMatchObject({
      path: '/',
      headers: {
        'ce-id': messageId,
        'ce-source': `//pubsub.googleapis.com/${topic}`,
        'ce-specversion': '1.0',
        'ce-time': '2030-01-01T00:00:00.000Z',
        'ce-type': 'google.cloud.pubsub.topic.v1.messagePublished',
        'content-type': 'application/json',
        authorization: `Bearer trigger@demo for ${url}`,
      },
    });
    expect(JSON.parse(String(requests[0]?.body))).toMatchObject({
      message: { data: Buffer.from('bread').toString('base64'), attributes: { a: 'b' }, messageId },
      subscription,
    });
    // Only events of Google's own services are Eventarc's to charge.
    expect(meter.total('eventarc', 'google-events')).toBe(0);
  });

  it('for objects gives those of its bucket and its type', async () => {
    const { events, requests, trigger, meter } = bed();
    trigger(objectFilters);
    events.publish(objectEvent({ bucket: 'other' }));
    events.publish(objectEvent({ type: 'google.cloud.storage.object.v1.deleted' }));
    events.publish(objectEvent());
    await vi.waitFor(() => expect(requests).toHaveLength(1));
    expect(requests[0]?.headers).toMatchObject({
      'ce-bucket': 'inbox',
      'ce-source': '//storage.googleapis.com/projects/_/buckets/inbox',
      'ce-subject': 'objects/gr%C3%B6%C3%9Fe%201.csv',
      'ce-time': '2030-01-01T00:00:00.000Z',
      'ce-type': 'google.cloud.storage.object.v1.finalized',
    });
    expect(JSON.parse(String(requests[0]?.body))).toEqual(objectEvent().data);
    expect(meter.total('eventarc', 'google-events')).toBe(1);
  });

  it('for documents gives those whose path fits, as protocol buffers', async () => {
    const { firestore, requests, trigger } = bed();
    const database = firestore.createDatabase({ name: 'projects/demo/databases/(default)' });
    trigger([
      { attribute: 'type', value: 'google.cloud.firestore.document.v1.created' },
      { attribute: 'database', value: '(default)' },
      { attribute: 'document', value: 'users/{user}', operator: 'match-path-pattern' },
    ]);
    const write = (collection: string, id: string, value: string) =>
      database.apply(
        [
          {
            path: { collection, id },
            document: {
              fields: new Map([['name', { kind: 'string', value }]]),
              createTime: database.commitTime(),
              sizeBytes: 10,
            },
          },
        ],
        database.commitTime(),
      );
    write('users/u1/orders', 'o1', 'deeper');
    write('users', 'u1', 'Ann');
    write('users', 'u1', 'Bob');
    await vi.waitFor(() => expect(requests).toHaveLength(1));
    expect(requests[0]?.headers).toMatchObject({
      'ce-type': 'google.cloud.firestore.document.v1.created',
      'ce-source': '//firestore.googleapis.com/projects/demo/databases/(default)',
      'ce-subject': 'documents/users/u1',
      'ce-document': 'users/u1',
      'ce-database': '(default)',
      'ce-project': 'demo',
      'ce-location': 'us-central1',
      'ce-time': expect.stringMatching(/^2030-01-01T00:00:00\.\d{6}Z$/),
      'content-type': 'application/protobuf',
    });
    const { value, oldValue } = documentEventData.decode(requests[0]?.body ?? Buffer.alloc(0));
    expect(value?.fields.get('name')).toEqual({ kind: 'string', value: 'Ann' });
    expect(oldValue).toBeUndefined();
  });

  it.each([
    [true, 2],
    [false, 1],
  ])('with retries %s calls a service that fails %i times', async (retries, calls) => {
    const { events, requests, trigger, clock, pubsub } = bed({ status: 500 });
    const { subscription } = trigger(objectFilters, { retries });
    events.publish(objectEvent());
    await vi.waitFor(() => expect(requests).toHaveLength(1));
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(10_000);
    await new Promise((resolve) => setImmediate(resolve));
    expect(requests).toHaveLength(calls);
    expect(pubsub.subscription(subscription).messages.messages()).toHaveLength(retries ? 1 : 0);
  });

  it('tells which permissions it lacks', () => {
    const { eventarc, trigger, events, warnings } = bed({
      denied: [`trigger@demo eventarc.events.receiveEvent`, `${agent} pubsub.topics.publish`],
    });
    trigger(objectFilters);
    expect(eventarc.problems().map(({ problem }) => problem)).toEqual([
      expect.stringContaining('Permission "eventarc.events.receiveEvent" denied for trigger@demo'),
      expect.stringContaining(`the Cloud Storage service agent ${agent} may not publish`),
    ]);
    events.publish(objectEvent());
    expect(warnings[0]).toContain('is not told of');
  });

  it('is refused for events that are not here, and filters that they do not have', () => {
    const { trigger } = bed();
    expect(() => trigger([{ attribute: 'type', value: 'google.cloud.audit.log.v1.written' }])).toThrow(
      'events of the type google.cloud.audit.log.v1.written are not supported',
    );
    expect(() => trigger([...objectFilters, { attribute: 'object', value: 'a' }])).toThrow(
      'have no attribute object',
    );
    expect(() => trigger(objectFilters.slice(0, 1))).toThrow('must filter by bucket');
  });
});

describe('a path pattern', () => {
  it.each([
    ['users/{user}', 'users/u1', true],
    ['users/{user}', 'users/u1/orders/o1', false],
    ['users/*/orders/{order}', 'users/u1/orders/o1', true],
    ['users/{path=**}', 'users/u1/orders/o1', true],
    ['users/a.b', 'users/aXb', false],
  ])('%s fits %s: %s', (pattern, path, expected) => {
    expect(fitsPath(pattern, path)).toBe(expected);
  });
});
