import type { CloudEvent, Request, Response } from '@google-cloud/functions-framework';
import { describe, expect, test } from 'vitest';
import { createLogger } from '../logging/logger.ts';
import type { MessageHandling } from '../messaging/handle-message.ts';
import type { ReceivedMessage } from '../messaging/message.ts';
import { Permanent } from '../messaging/permanent.ts';
import { withCorrelation } from '../tracing/correlation.ts';
import { pubSubEvent, pubSubPush } from './pubsub.ts';
import { pubSubDeadLetter } from './pubsub-dead-letter.ts';
import { type PubSubDelivery, pubSubAttributes, pubSubMessage } from './pubsub-message.ts';

const log = createLogger({ level: 'error', sink: () => undefined });
const delivery = {
  message: {
    messageId: 'm',
    data: Buffer.from('{"amount":1}').toString('base64'),
    attributes: { kind: 'order' },
    orderingKey: 'k',
    publishTime: '2026-01-02T03:04:05Z',
  },
  subscription: 'projects/p/subscriptions/s',
  deliveryAttempt: 2,
};

/** The status with which a push is answered. */
async function push(body: unknown, handling: MessageHandling<PubSubDelivery>): Promise<number> {
  let answered = 0;
  const response = {
    status(code: number) {
      answered = code;
      return response;
    },
    end: () => response,
  };
  await pubSubPush(log, handling)({ body } as Request, response as unknown as Response);
  return answered;
}

describe('push', () => {
  test('a processed message is acknowledged', async () => {
    const handled: ReceivedMessage[] = [];
    expect(await push(delivery, { handle: async (message) => void handled.push(message) })).toBe(204);
    expect(handled[0]).toMatchObject({
      id: 'm',
      body: '{"amount":1}',
      attributes: { kind: 'order' },
      group: 'k',
      deliveryCount: 2,
      enqueuedAtMs: Date.parse('2026-01-02T03:04:05Z'),
      source: 'projects/p/subscriptions/s',
      correlationId: 'm',
    });
  });

  test('a failure is not', async () => {
    expect(await push(delivery, { handle: () => Promise.reject(new Error('down')) })).toBe(503);
  });

  test('poison is published to the dead-letter topic with its cause and acknowledged', async () => {
    const published: { data: string; attributes: unknown }[] = [];
    const deadLetter = pubSubDeadLetter({
      publishMessage: async ({ data, attributes }: { data?: unknown; attributes?: unknown }) => {
        published.push({ data: String(data), attributes });
        return ['id'];
      },
    } as unknown as Parameters<typeof pubSubDeadLetter>[0]);
    const handle = () => Promise.reject(new Permanent('InvalidMessage', 'no amount'));
    expect(await push(delivery, { handle, deadLetter })).toBe(204);
    expect(published).toEqual([
      {
        data: '{"amount":1}',
        attributes: {
          kind: 'order',
          orderingKey: 'k',
          DeadLetterReason: 'InvalidMessage',
          DeadLetterErrorDescription: 'no amount',
          DeadLetterMessageId: 'm',
          DeadLetterSource: 'projects/p/subscriptions/s',
          OriginalEnqueuedAt: '2026-01-02T03:04:05.000Z',
        },
      },
    ]);
  });

  test.each([undefined, {}, 'text', { message: {} }])('%j is no push request', async (body) => {
    expect(await push(body, { handle: () => Promise.reject(new Error('not asked')) })).toBe(400);
  });
});

test('an event that fails is thrown, so that the platform retries it', async () => {
  const error = new Error('down');
  const event = { id: 'e', type: 't', data: delivery } as CloudEvent<unknown>;
  const fail = async () => pubSubEvent(log, { handle: () => Promise.reject(error) })(event);
  await expect(fail()).rejects.toBe(error);
  await pubSubEvent(log, { handle: async () => undefined })(event);
});

test('correlation and trace go from publisher to receiver, by the names that Google knows', () => {
  const trace = { traceId: '5759e988bd862e3fe1be46a994272793', spanId: '53995c3f42cd8ad8', sampled: true };
  const attributes = withCorrelation({ correlationId: 'c', trace }, () => pubSubAttributes({ kind: 'x' }));
  const { traceparent: _, ...vendorOnly } = attributes;
  for (const carried of [attributes, vendorOnly])
    expect(
      pubSubMessage({ message: { messageId: 'm', attributes: carried }, subscription: 's' }),
    ).toMatchObject({ correlationId: 'c', trace, attributes: { kind: 'x' }, body: '' });
});
