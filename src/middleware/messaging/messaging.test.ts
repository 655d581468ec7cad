import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { Problem } from '../http/problem.ts';
import {
  createIdempotency,
  IdempotencyInProgress,
  IdempotencyKeyReused,
} from '../idempotency/idempotency.ts';
import { memoryIdempotencyStore } from '../idempotency/memory.ts';
import { createLogger, type LogRecord } from '../logging/logger.ts';
import { currentCorrelation } from '../tracing/correlation.ts';
import { attributeText, causeAttributes } from './dead-letter.ts';
import { handleMessage } from './handle-message.ts';
import { parseBody, type ReceivedMessage } from './message.ts';
import { type Cause, Permanent, permanentCause } from './permanent.ts';
import { idempotentMessages, inboxRetentionMs } from './process-once.ts';

const message: ReceivedMessage<null> = {
  id: 'm-1',
  body: '{}',
  attributes: {},
  deliveryCount: 2,
  source: 'orders',
  correlationId: 'c-1',
  native: null,
};

function recordingLogger() {
  const records: LogRecord[] = [];
  return { records, log: createLogger({ level: 'debug', sink: (record) => records.push(record) }) };
}

describe('permanentCause', () => {
  test.each([
    [new Permanent('UnknownAccount', 'no such account'), 'UnknownAccount'],
    [new IdempotencyKeyReused(), 'IdempotencyKeyReused'],
    [new Problem(404, 'Not Found'), 'NotFound'],
  ])('%s cannot pass', (error, reason) => {
    expect(permanentCause(error)?.reason).toBe(reason);
  });

  test.each([
    new Error('socket hang up'),
    new IdempotencyInProgress(3),
    new Problem(429, 'Too Many Requests'),
    new Problem(412, 'Precondition Failed'),
    new Problem(503, 'Service Unavailable'),
    'text',
  ])('%s may pass', (error) => {
    expect(permanentCause(error)).toBeUndefined();
  });

  test('names the fields of an invalid request', () => {
    const error = new Problem(400, 'Invalid Item', {
      detail: 'The item has invalid fields.',
      errors: [{ path: 'price', message: 'too small' }],
    });
    expect(permanentCause(error)?.description).toBe('The item has invalid fields. price: too small');
  });
});

describe('handleMessage', () => {
  test('a handler that returns is done; it runs with the message as its correlation', async () => {
    const { log, records } = recordingLogger();
    let correlation: unknown;
    const handle = async () => {
      correlation = currentCorrelation();
      log.debug('inside');
    };
    expect(await handleMessage(log, { handle }, message)).toEqual({ kind: 'done' });
    expect(correlation).toEqual({ correlationId: 'c-1' });
    expect(records[0]).toMatchObject({
      message: 'inside',
      fields: { messageId: 'm-1', correlationId: 'c-1', deliveryCount: 2 },
    });
    expect(records.at(-1)).toMatchObject({ message: 'message', fields: { outcome: 'done' } });
  });

  test('what is permanent goes to the dead letters at once, with its cause', async () => {
    const { log, records } = recordingLogger();
    const dead: Cause[] = [];
    const outcome = await handleMessage(
      log,
      {
        handle: () => Promise.reject(new Permanent('InvalidMessage', 'no amount')),
        deadLetter: async (_message, cause) => void dead.push(cause),
      },
      message,
    );
    expect(outcome.kind).toBe('dead-lettered');
    expect(dead).toEqual([{ reason: 'InvalidMessage', description: 'no amount' }]);
    expect(records.map(({ level }) => level)).toEqual(['warn', 'info']);
  });

  test('what is transient, or permanent without a place for dead letters, fails', async () => {
    const { log } = recordingLogger();
    const transient = new Error('down');
    expect(
      await handleMessage(
        log,
        { handle: () => Promise.reject(transient), deadLetter: () => Promise.reject(new Error('not asked')) },
        message,
      ),
    ).toEqual({ kind: 'failed', error: transient });
    const permanent = new Permanent('Bad', 'bad');
    expect(await handleMessage(log, { handle: () => Promise.reject(permanent) }, message)).toEqual({
      kind: 'failed',
      error: permanent,
    });
  });

  test('what fails in its last delivery is dead-lettered with its error', async () => {
    const { log } = recordingLogger();
    const dead: Cause[] = [];
    const handling = {
      handle: () => Promise.reject(new TypeError('down')),
      deadLetter: async (_message: unknown, cause: Cause) => void dead.push(cause),
      maximumDeliveries: 3,
    };
    expect((await handleMessage(log, handling, message)).kind).toBe('failed');
    expect((await handleMessage(log, handling, { ...message, deliveryCount: 3 })).kind).toBe('dead-lettered');
    expect(dead).toEqual([{ reason: 'TypeError', description: 'down' }]);
  });

  test('a message that cannot be dead-lettered comes again', async () => {
    const { log } = recordingLogger();
    const outcome = await handleMessage(
      log,
      {
        handle: () => Promise.reject(new Permanent('Bad', 'bad')),
        deadLetter: () => Promise.reject(new Error('queue is gone')),
      },
      message,
    );
    expect(outcome).toMatchObject({ kind: 'failed', error: { cause: { message: 'queue is gone' } } });
  });
});

describe('parseBody', () => {
  const Order = z.object({ amount: z.number() });

  test('gives what the schema makes of it', () => {
    expect(parseBody(Order, '{"amount":1}')).toEqual({ amount: 1 });
  });

  test.each(['{', '{"amount":"x"}'])('refuses %s for good', (body) => {
    expect(() => parseBody(Order, body)).toThrow(expect.objectContaining({ reason: 'InvalidMessage' }));
  });
});

describe('causeAttributes', () => {
  test('say why, and which message it was', () => {
    expect(causeAttributes(message, { reason: 'Bad', description: 'very' })).toEqual({
      DeadLetterReason: 'Bad',
      DeadLetterErrorDescription: 'very',
      DeadLetterMessageId: 'm-1',
      DeadLetterSource: 'orders',
    });
  });

  test('say when it was sent first, and nothing else after a redrive', () => {
    const enqueuedAtMs = Date.UTC(2026, 0, 2);
    const cause = { reason: 'Bad', description: 'very' };
    expect(causeAttributes({ ...message, enqueuedAtMs }, cause)).toMatchObject({
      OriginalEnqueuedAt: '2026-01-02T00:00:00.000Z',
    });
    const redriven = { ...message, enqueuedAtMs, attributes: { OriginalEnqueuedAt: 'before' } };
    expect(causeAttributes(redriven, cause)).not.toHaveProperty('OriginalEnqueuedAt');
  });

  test.each([
    ['', '-'],
    ['a\u0000b\u001bc', 'abc'],
    ['\ud800x', '\ufffdx'],
  ])('%j becomes a value that every queue takes', (text, value) => {
    expect(attributeText(text)).toBe(value);
  });

  test('long text is cut between characters', () => {
    const value = attributeText('🦊'.repeat(1000));
    expect(Buffer.byteLength(value)).toBeLessThanOrEqual(1024);
    expect(value).toMatch(/^(🦊)+$/u);
    expect(Buffer.byteLength(value)).toBeGreaterThan(500);
  });
});

describe('processOnce', () => {
  function setUp() {
    const time = { ms: 0 };
    const processOnce = idempotentMessages(
      createIdempotency({
        store: memoryIdempotencyStore(),
        scope: 'mailer',
        now: () => time.ms,
        newOwner: () => crypto.randomUUID(),
        leaseMs: 30_000,
        retentionMs: inboxRetentionMs({ retentionDays: 4, deadLetterRetentionDays: 14 }),
      }),
    );
    return { time, processOnce };
  }

  test('a second delivery gets the first result', async () => {
    const { processOnce } = setUp();
    let runs = 0;
    const work = async () => ++runs;
    expect(await processOnce('k', { a: 1 }, work)).toEqual({ result: 1, replayed: false });
    expect(await processOnce('k', { a: 1 }, work)).toEqual({ result: 1, replayed: true });
  });

  test('still so when the message comes back from the dead letters after its whole life there', async () => {
    const { processOnce, time } = setUp();
    await processOnce('k', 1, async () => 'first');
    time.ms += (4 + 14 + 4) * 24 * 60 * 60 * 1000;
    expect((await processOnce('k', 1, async () => 'second')).replayed).toBe(true);
  });

  test('the same key with another payload is permanent', async () => {
    const { processOnce } = setUp();
    await processOnce('k', { a: 1 }, async () => 1);
    const error = await processOnce('k', { a: 2 }, async () => 2).catch((thrown: unknown) => thrown);
    expect(permanentCause(error)?.reason).toBe('KeyReused');
  });

  test('a delivery beside another one fails, and may come again', async () => {
    const { processOnce } = setUp();
    const first = Promise.withResolvers<number>();
    const running = processOnce('k', 1, () => first.promise);
    const error = await processOnce('k', 1, async () => 2).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(IdempotencyInProgress);
    expect(permanentCause(error)).toBeUndefined();
    first.resolve(1);
    expect((await running).result).toBe(1);
  });
});
