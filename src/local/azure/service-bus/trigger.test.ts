import { describe, expect, it, onTestFinished } from 'vitest';
import type { TriggerAnswer, TriggerCall } from '../functions/function-app.ts';
import { textMessage } from './message.ts';
import { connectionString, keysOf, rootKeyRule } from './namespace.ts';
import { namespaceId, testNamespace } from './test-namespace.ts';
import { serviceBusTrigger } from './trigger.ts';

/** A function that does with each call what `handle` says, in an app with the root key of the namespace. */
async function triggered(
  test: ReturnType<typeof testNamespace>,
  binding: Record<string, unknown>,
  handle: (call: TriggerCall) => Promise<boolean> | boolean,
  more: {
    extensions?: Record<string, unknown>;
    maximumInstances?: number;
    settings?: Record<string, string>;
  } = {},
) {
  const calls: TriggerCall[] = [];
  const { extensions = {}, maximumInstances = 1, settings } = more;
  const key = keysOf(namespaceId, rootKeyRule).primary;
  const listener = await serviceBusTrigger(
    test.bus,
    test.runtime,
  )({
    app: {
      id: 'app',
      name: 'app',
      settings: settings ?? { Bus: connectionString('acme', rootKeyRule, key) },
      identities: { userAssigned: [] },
      maximumInstances,
      extensions,
      resource: { address: 'app', source: { file: 'main.tf', line: 1, column: 1 } },
    },
    functionName: 'work',
    bindingName: 'message',
    binding: { type: 'serviceBusTrigger', direction: 'in', connection: 'Bus', ...binding },
    async invoke(call): Promise<TriggerAnswer> {
      calls.push(call);
      const common = { id: 'i', durationMs: 1, coldStart: false, maxMemoryUsedMb: 1 };
      return (await handle(call))
        ? { ...common, kind: 'succeeded', returnValue: null, outputs: [] }
        : { ...common, kind: 'failed', errorType: 'Error', message: 'failed', stack: [] };
    },
  });
  onTestFinished(() => listener.stop());
  return { calls };
}

const send = (test: ReturnType<typeof testNamespace>, body: string, group?: string) =>
  test.namespace.destination('orders').send(
    textMessage(Buffer.from(body), {
      message_id: body,
      application_properties: { traceparent: '00-11111111111111111111111111111111-2222222222222222-01' },
      ...(group !== undefined && { group_id: group }),
    }),
  );

/** Lets all that is ready happen. */
const settled = () => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)));

describe('a Service Bus trigger', () => {
  it('completes what the function has done, and gives the message, its metadata and its trace', async () => {
    const test = testNamespace();
    test.addQueue('orders');
    const { calls } = await triggered(test, { queueName: 'orders' }, () => true);
    send(test, 'a');
    await settled();
    expect(calls).toMatchObject([
      {
        data: { string: 'a' },
        triggerMetadata: {
          MessageId: { string: 'a' },
          DeliveryCount: { int: 1 },
          SequenceNumber: { int: 1 },
          EnqueuedTimeUtc: { string: '2026-11-28T00:00:00.000Z' },
        },
        traceContext: { traceParent: '00-11111111111111111111111111111111-2222222222222222-01' },
      },
    ]);
    expect(test.namespace.source('orders').pending).toBe(0);
    expect(test.meter.total('service-bus', 'standard-operations')).toBe(2);
  });

  it('has what fails delivered again, until it is a dead letter', async () => {
    const test = testNamespace();
    test.addQueue('orders', { maximumDeliveries: 3 });
    const { calls } = await triggered(test, { queueName: 'orders' }, () => false);
    send(test, 'a');
    for (let round = 0; round < 4; round++) await settled();
    expect(calls.map(({ triggerMetadata }) => triggerMetadata?.DeliveryCount)).toEqual([
      { int: 1 },
      { int: 2 },
      { int: 3 },
    ]);
    expect(test.namespace.source('orders/$DeadLetterQueue').peek(0, 9)).toMatchObject([
      { message: { amqp: { application_properties: { DeadLetterReason: 'MaxDeliveryCountExceeded' } } } },
    ]);
  });

  it('keeps the lock while the function runs, as long as host.json says', async () => {
    const test = testNamespace();
    test.addQueue('orders');
    const running = Promise.withResolvers<boolean>();
    const extensions = { serviceBus: { maxAutoLockRenewalDuration: '00:02:00' } };
    const { calls } = await triggered(test, { queueName: 'orders' }, () => running.promise, { extensions });
    send(test, 'a');
    await settled();
    test.clock.advance(150_000);
    await settled();
    expect(calls).toHaveLength(1);
    test.clock.advance(120_000);
    await settled();
    expect(calls.length).toBeGreaterThan(1);
    running.resolve(true);
  });

  it('runs as many calls at a time as an instance takes, and more instances for a long queue', async () => {
    const test = testNamespace();
    test.addQueue('orders', { lockMs: 300_000 });
    const finish: (() => void)[] = [];
    const { calls } = await triggered(
      test,
      { queueName: 'orders' },
      () => new Promise<boolean>((resolve) => finish.push(() => resolve(true))),
      { extensions: { serviceBus: { maxConcurrentCalls: 2 } }, maximumInstances: 3 },
    );
    for (let index = 0; index < 20; index++) send(test, String(index));
    await settled();
    expect(calls).toHaveLength(2);
    test.clock.advance(10_000);
    for (let round = 0; round < 5; round++) await settled();
    // Three instances of two.
    expect(calls).toHaveLength(6);
    for (const one of finish) one();
  });

  it('gives batches where the function takes many', async () => {
    const test = testNamespace();
    test.addQueue('orders');
    for (const body of ['a', 'b', 'c']) send(test, body);
    const extensions = { serviceBus: { maxMessageBatchSize: 2 } };
    const { calls } = await triggered(test, { queueName: 'orders', cardinality: 'many' }, () => true, {
      extensions,
    });
    for (let round = 0; round < 3; round++) await settled();
    expect(calls.map(({ data }) => data.collectionString?.string)).toEqual([['a', 'b'], ['c']]);
    expect(calls[0]?.triggerMetadata?.MessageIdArray).toEqual({ json: '["a","b"]' });
  });

  it('takes a session at a time, in order', async () => {
    const test = testNamespace();
    test.addQueue('orders', { requiresSession: true });
    for (const body of ['a1', 'b1', 'a2']) send(test, body, body.charAt(0));
    const { calls } = await triggered(test, { queueName: 'orders', isSessionsEnabled: true }, () => true, {
      extensions: { serviceBus: { maxConcurrentSessions: 1 } },
    });
    for (let round = 0; round < 5; round++) await settled();
    expect(calls.map(({ data }) => data.string)).toEqual(['a1', 'a2', 'b1']);
  });

  it('leaves what it does not complete by itself to the lock', async () => {
    const test = testNamespace();
    test.addQueue('orders');
    const { calls } = await triggered(test, { queueName: 'orders', autoCompleteMessages: false }, () => true);
    send(test, 'a');
    await settled();
    test.clock.advance(60_000);
    await settled();
    expect(calls).toHaveLength(2);
  });

  it.each([
    [{ queueName: 'orders', isSessionsEnabled: true }, {}, 'isSessionsEnabled is true'],
    [{ queueName: 'nothing' }, {}, "'sb://acme.servicebus.windows.net/nothing' could not be found"],
    [{ queueName: 'orders', connection: 'Other' }, {}, 'Connection "Other" is missing or empty'],
    [{ queueName: 'orders', sdkBinding: true }, {}, 'does not support sdkBinding'],
    [{ queueName: 'orders' }, { extensions: { serviceBus: { maxCalls: 1 } } }, 'maxCalls'],
    [
      { queueName: 'orders' },
      {
        settings: {
          Bus: 'Endpoint=sb://acme.servicebus.windows.net/;SharedAccessKeyName=x;SharedAccessKey=y',
        },
      },
      'InvalidSignature',
    ],
    [
      { queueName: 'orders' },
      { settings: { Bus__fullyQualifiedNamespace: 'acme.servicebus.windows.net' } },
      'has none that its settings name',
    ],
  ])('does not start with %j %j', async (binding, more, says) => {
    const test = testNamespace();
    test.addQueue('orders');
    await expect(triggered(test, binding, () => true, more)).rejects.toThrow(says);
  });
});
