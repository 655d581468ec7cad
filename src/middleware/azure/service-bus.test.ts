import type { InvocationContext } from '@azure/functions';
import type { ServiceBusMessage, ServiceBusReceivedMessage } from '@azure/service-bus';
import { describe, expect, test } from 'vitest';
import { createLogger } from '../logging/logger.ts';
import type { ReceivedMessage } from '../messaging/message.ts';
import { Permanent } from '../messaging/permanent.ts';
import { withCorrelation } from '../tracing/correlation.ts';
import { serviceBusMany, serviceBusOne } from './service-bus.ts';
import { serviceBusDeadLetter } from './service-bus-dead-letter.ts';
import { serviceBusMessage, serviceBusProperties } from './service-bus-message.ts';
import { serviceBusRetryLater } from './service-bus-retry.ts';
import { type SettledMessages, serviceBusSettled } from './service-bus-settlement.ts';

const log = createLogger({ level: 'error', sink: () => undefined });

function contextOf(triggerMetadata: Record<string, unknown>): InvocationContext {
  return { invocationId: 'i', functionName: 'consume', triggerMetadata } as unknown as InvocationContext;
}

describe('one message per invocation', () => {
  test('is handed over as text with what the trigger says of it', async () => {
    const handled: ReceivedMessage[] = [];
    const handler = serviceBusOne(log, { handle: async (message) => void handled.push(message) });
    await handler(
      { amount: 1 },
      contextOf({
        messageId: 'm',
        correlationId: 'c',
        deliveryCount: 3,
        enqueuedTimeUtc: '2026-01-02T03:04:05Z',
        sessionId: 's',
        applicationProperties: { kind: 'order', count: 2, nested: {} },
      }),
    );
    expect(handled[0]).toMatchObject({
      id: 'm',
      body: '{"amount":1}',
      correlationId: 'c',
      deliveryCount: 3,
      enqueuedAtMs: Date.parse('2026-01-02T03:04:05Z'),
      group: 's',
      attributes: { kind: 'order', count: '2' },
      source: 'consume',
    });
    expect(handled[0]?.attributes).not.toHaveProperty('nested');
  });

  test('what redrives write keeps its name, although the worker begins names with small letters', () => {
    const applicationProperties = { redriveCount: 2, originalEnqueuedAt: '2026-01-02', color: 'red' };
    const { attributes } = serviceBusMessage('', { applicationProperties }, contextOf({}));
    expect(attributes).toEqual({ RedriveCount: '2', OriginalEnqueuedAt: '2026-01-02', color: 'red' });
  });

  test('a failure is thrown, so that the host abandons the message', async () => {
    const error = new Error('down');
    const handler = serviceBusOne(log, { handle: () => Promise.reject(error) });
    await expect(handler('x', contextOf({ messageId: 'm' }))).rejects.toBe(error);
  });

  test('a failure comes again later, with its deliveries counted on', async () => {
    const sent: ServiceBusMessage[] = [];
    const counts: (number | undefined)[] = [];
    const handler = serviceBusOne(log, {
      handle: async ({ deliveryCount }) => {
        counts.push(deliveryCount);
        throw new Error('down');
      },
      retryLater: serviceBusRetryLater(
        { sendMessages: async (message) => void sent.push(message as ServiceBusMessage) },
        { now: () => 1_000_000, random: () => 0, baseMs: 4000, maximumMs: 10_000 },
      ),
    });
    let properties: ServiceBusMessage['applicationProperties'] = { kind: 'order' };
    let messageId: unknown = 'm';
    for (let round = 0; round < 3; round++) {
      const context = { messageId, correlationId: 'c', deliveryCount: 1, applicationProperties: properties };
      await handler({ amount: 1 }, contextOf(context));
      ({ applicationProperties: properties, messageId } = sent[round] ?? {});
    }
    expect(counts).toEqual([1, 2, 3]);
    expect(sent.map(({ messageId }) => messageId)).toEqual(['m/retry-1', 'm/retry-2', 'm/retry-3']);
    expect(sent.map(({ scheduledEnqueueTimeUtc: at }) => Number(at) - 1_000_000)).toEqual([2000, 4000, 5000]);
    expect(sent[2]).toMatchObject({
      body: Buffer.from('{"amount":1}'),
      correlationId: 'c',
      applicationProperties: { kind: 'order', earlierDeliveries: 3 },
    });
  });

  test('a message that cannot be scheduled is abandoned', async () => {
    const handler = serviceBusOne(log, {
      handle: () => Promise.reject(new Error('down')),
      retryLater: () => Promise.reject(new Error('busy')),
    });
    await expect(handler('x', contextOf({ messageId: 'm' }))).rejects.toThrow('busy');
  });

  test('poison is sent to the dead letters and completed', async () => {
    const sent: ServiceBusMessage[] = [];
    const deadLetter = serviceBusDeadLetter({
      sendMessages: async (message) => void sent.push(message as ServiceBusMessage),
    });
    const handle = () => Promise.reject(new Permanent('InvalidMessage', 'no amount'));
    const properties = { kind: 'order' };
    await serviceBusOne(log, { handle, deadLetter })(
      'not json',
      contextOf({ messageId: 'm', applicationProperties: properties }),
    );
    expect(sent[0]).toMatchObject({
      body: Buffer.from('not json'),
      messageId: 'm',
      applicationProperties: {
        kind: 'order',
        DeadLetterReason: 'InvalidMessage',
        DeadLetterErrorDescription: 'no amount',
      },
    });
  });
});

test('of a batch every message is tried, and one failure makes all of it come again', async () => {
  const handled: string[] = [];
  const handler = serviceBusMany(log, {
    async handle({ body, id }) {
      handled.push(`${id}=${body}`);
      if (body === 'b') throw new Error('no');
    },
  });
  const context = contextOf({ messageIdArray: ['1', '2', '3'], deliveryCountArray: [1, 1, 1] });
  await expect(handler(['a', 'b', 'c'], context)).rejects.toThrow('1 of 3 messages failed; all come again');
  expect(handled).toEqual(['1=a', '2=b', '3=c']);
});

test('with settlement each message is settled for itself', async () => {
  const settled: unknown[] = [];
  const of = (body: string) => ({ body: Buffer.from(body), messageId: body }) as ServiceBusReceivedMessage;
  const actions: SettledMessages['actions'] = {
    complete: async ({ messageId }) => void settled.push(['complete', messageId]),
    abandon: async ({ messageId }) => void settled.push(['abandon', messageId]),
    deadletter: async ({ messageId }, _modified, reason, description) =>
      void settled.push(['deadletter', messageId, reason, description]),
  };
  const handler = serviceBusSettled(log, {
    async handle({ body }) {
      if (body === 'poison') throw new Permanent('InvalidMessage', 'bad');
      if (body === 'busy') throw new Error('busy');
    },
  });
  await handler({ messages: [of('good'), of('poison'), of('busy')], actions }, contextOf({}));
  expect(settled).toHaveLength(3);
  expect(settled).toEqual(
    expect.arrayContaining([
      ['complete', 'good'],
      ['deadletter', 'poison', 'InvalidMessage', 'bad'],
      ['abandon', 'busy'],
    ]),
  );
});

test('correlation and trace go from sender to receiver, by the names that Azure knows', () => {
  const trace = { traceId: '5759e988bd862e3fe1be46a994272793', spanId: '53995c3f42cd8ad8', sampled: true };
  const sent = withCorrelation({ correlationId: 'c', trace }, serviceBusProperties);
  expect(sent.applicationProperties['Diagnostic-Id']).toBe(
    '00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01',
  );
  const { traceparent, 'Diagnostic-Id': diagnosticId } = sent.applicationProperties;
  const received = [
    { traceparent, 'diagnostic-Id': diagnosticId },
    { traceparent },
    // As the worker spells it, and as the SDK does, which hands messages over with settlement.
    { 'diagnostic-Id': diagnosticId },
    { 'Diagnostic-Id': diagnosticId },
  ];
  for (const applicationProperties of received)
    expect(serviceBusMessage('', { ...sent, applicationProperties }, contextOf({}))).toMatchObject({
      correlationId: 'c',
      trace,
    });
});
