import { beforeEach, describe, expect, it } from 'vitest';
import { PubSub } from './pubsub.ts';
import { isPubsubPath, pubsubRest } from './rest.ts';
import { testRuntime } from './test-bed.ts';

let call: (method: string, path: string, body?: object, token?: string) => Promise<[number, unknown]>;
let pubsub: PubSub;

beforeEach(() => {
  const { runtime } = testRuntime({
    isAllowed: (principal) => principal.kind === 'owner' || principal.email === 'app@demo',
  });
  pubsub = new PubSub(runtime);
  const handlers = {
    owner: pubsubRest(pubsub, { withoutToken: 'owner' }),
    refuse: pubsubRest(pubsub, { withoutToken: 'refuse' }),
  };
  call = async (method, target, body, token) => {
    const [path = '', query = ''] = target.split('?');
    const answer = await handlers[token === undefined ? 'owner' : 'refuse']({
      method,
      host: 'pubsub.googleapis.com',
      path: `/v1/projects/demo/${path}`,
      query,
      headers: token ? { authorization: `Bearer ${token}` } : {},
      body: body ? Buffer.from(JSON.stringify(body)) : Buffer.alloc(0),
    });
    return [answer.status, JSON.parse(String(answer.body))];
  };
});

describe('the REST form', () => {
  it('creates, reads, changes, lists and deletes', async () => {
    expect(await call('PUT', 'topics/orders', { labels: { a: 'b' } })).toEqual([
      200,
      { name: 'projects/demo/topics/orders', labels: { a: 'b' }, state: 'ACTIVE' },
    ]);
    expect(await call('PUT', 'topics/orders', {})).toEqual([
      409,
      {
        error: {
          code: 409,
          message: 'Resource already exists in the project (resource=orders).',
          status: 'ALREADY_EXISTS',
        },
      },
    ]);
    const created = {
      name: 'projects/demo/subscriptions/sub',
      topic: 'projects/demo/topics/orders',
      pushConfig: {},
      ackDeadlineSeconds: 10,
      messageRetentionDuration: '604800s',
      expirationPolicy: { ttl: '2678400s' },
      retryPolicy: { minimumBackoff: '12.5s', maximumBackoff: '600s' },
      state: 'ACTIVE',
    };
    const input = { topic: 'projects/demo/topics/orders', retryPolicy: { minimumBackoff: '12.5s' } };
    expect(await call('PUT', 'subscriptions/sub', input)).toEqual([200, created]);
    expect(await call('GET', 'subscriptions/sub')).toEqual([200, created]);
    const update = { subscription: { ackDeadlineSeconds: 20 }, updateMask: 'ackDeadlineSeconds' };
    expect(await call('PATCH', 'subscriptions/sub', update)).toEqual([
      200,
      { ...created, ackDeadlineSeconds: 20 },
    ]);
    expect(await call('GET', 'topics?pageSize=5')).toMatchObject([200, { topics: [{ labels: { a: 'b' } }] }]);
    expect(await call('GET', 'topics/orders/subscriptions')).toEqual([
      200,
      { subscriptions: [created.name] },
    ]);
    expect(await call('DELETE', 'subscriptions/sub')).toEqual([200, {}]);
    expect(await call('GET', 'subscriptions/sub')).toMatchObject([404, { error: { status: 'NOT_FOUND' } }]);
  });

  it('publishes, pulls and acknowledges', async () => {
    await call('PUT', 'topics/orders', {});
    await call('PUT', 'subscriptions/sub', { topic: 'projects/demo/topics/orders' });
    const data = Buffer.from('bread').toString('base64');
    const [status, published] = await call('POST', 'topics/orders:publish', {
      messages: [{ data, attributes: { a: 'b' } }],
    });
    const [messageId] = (published as { messageIds: string[] }).messageIds;
    expect([status, messageId]).toEqual([200, expect.stringMatching(/^\d+$/)]);
    const pull = () => call('POST', 'subscriptions/sub:pull', { maxMessages: 5, returnImmediately: true });
    const [, pulled] = await pull();
    const { receivedMessages } = pulled as { receivedMessages: { ackId: string }[] };
    expect(receivedMessages).toEqual([
      {
        ackId: expect.any(String),
        message: { data, attributes: { a: 'b' }, messageId, publishTime: '2030-01-01T00:00:00.000Z' },
      },
    ]);
    const ackIds = receivedMessages.map(({ ackId }) => ackId);
    expect(await call('POST', 'subscriptions/sub:acknowledge', { ackIds })).toEqual([200, {}]);
    expect(pubsub.subscription('projects/demo/subscriptions/sub').messages.messages()).toEqual([]);
    expect(await pull()).toEqual([200, {}]);
  });

  it('asks for a token where it must, and for the permission of its account', async () => {
    expect(await call('PUT', 'topics/orders', {}, '')).toMatchObject([401, { error: { code: 401 } }]);
    expect(await call('PUT', 'topics/orders', {}, 'other')).toMatchObject([
      403,
      { error: { status: 'PERMISSION_DENIED' } },
    ]);
    expect(await call('PUT', 'topics/orders', {}, 'app')).toMatchObject([200, { state: 'ACTIVE' }]);
  });

  it('names what it does not know', async () => {
    expect(await call('PUT', 'topics/orders', { colour: 'red' })).toMatchObject([
      400,
      { error: { message: expect.stringContaining('colour') } },
    ]);
    expect(await call('POST', 'subscriptions/sub:seek', {})).toEqual([
      501,
      expect.objectContaining({ error: expect.objectContaining({ status: 'UNIMPLEMENTED' }) }),
    ]);
    expect(isPubsubPath('/v1/projects/p/topics/t:publish')).toBe(true);
    expect(isPubsubPath('/storage/v1/b')).toBe(false);
  });
});
