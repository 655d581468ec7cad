import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Fixture, fixture, url } from '../sqs/sqs-fixture.ts';
import { parseFilterPattern } from './event-filter.ts';
import type { InvokeRequest, Lambda } from './lambda.ts';
import type { LambdaAnswer } from './runtime.ts';
import { readBatchResponse } from './sqs-event.ts';
import { type SqsMapping, SqsPoller } from './sqs-poller.ts';

interface Call {
  bodies: string[];
  ids: string[];
  answer(answer: unknown): void;
  fail(): void;
  throttle(): void;
}

const report = {
  requestId: 'r',
  durationMs: 1,
  billedDurationMs: 1,
  memorySizeMb: 128,
  maxMemoryUsedMb: 1,
  status: 'success' as const,
};
const answered = (payload: string, functionError?: 'Unhandled'): LambdaAnswer => ({
  kind: 'answered',
  requestId: 'r',
  payload: Buffer.from(payload),
  streamed: false,
  executedVersion: '$LATEST',
  report,
  log: [],
  ...(functionError && { functionError }),
});

let sqs: Fixture;
let calls: Call[];
let warnings: string[];
let idleProcessors: number;
let poller: SqsPoller | undefined;

/** Lets everything run that waits for nothing but its turn. */
const settle = async () => {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
};
const pass = async (ms: number) => {
  sqs.clock.advance(ms);
  await settle();
};

/** The one thing of Lambda that a poller uses: the test plays the function. */
const lambda: Pick<Lambda, 'invoke'> = {
  invoke: (_name: string, { payload }: InvokeRequest) =>
    new Promise<LambdaAnswer>((resolve) => {
      const event: { Records: { body: string; messageId: string }[] } = JSON.parse(
        Buffer.from(payload).toString(),
      );
      calls.push({
        bodies: event.Records.map(({ body }) => body),
        ids: event.Records.map(({ messageId }) => messageId),
        answer: (answer) => resolve(answered(JSON.stringify(answer))),
        fail: () => resolve(answered('{"errorMessage":"x"}', 'Unhandled')),
        throttle: () =>
          resolve({ kind: 'throttled', reason: 'ReservedFunctionConcurrentInvocationLimitExceeded' }),
      });
    }),
};

async function start(options: Partial<SqsMapping> = {}, name = 'q', attributes: object = {}): Promise<void> {
  await sqs.call('CreateQueue', { QueueName: name, Attributes: attributes });
  const queue = sqs.sqs.store.queueOfUrl(url(name));
  poller = new SqsPoller(
    {
      queue,
      functionName: 'worker',
      qualifier: undefined,
      batchSize: 10,
      batchingWindowMs: 0,
      reportsItemFailures: false,
      maximumConcurrency: undefined,
      filters: [],
      ...options,
    },
    {
      runtime: sqs.sqs.store.runtime,
      store: sqs.sqs.store,
      lambda: lambda as Lambda,
      idleProcessors: () => idleProcessors,
      warn: (text) => warnings.push(text),
    },
  );
  poller.start();
  await settle();
}

const send = async (...bodies: string[]) => {
  for (const MessageBody of bodies) await sqs.call('SendMessage', { QueueUrl: url('q'), MessageBody });
  await settle();
};
const counts = (name = 'q') => sqs.sqs.store.queueOfUrl(url(name)).messages.counts();

beforeEach(() => {
  sqs = fixture();
  calls = [];
  warnings = [];
  idleProcessors = 2;
});

afterEach(() => {
  poller?.close();
  sqs.sqs.close();
});

describe('a poller', () => {
  it('deletes what was processed', async () => {
    await start();
    await send('a');
    expect(calls.map(({ bodies }) => bodies)).toEqual([['a']]);
    expect(counts()).toMatchObject({ leased: 1 });
    calls[0]?.answer({ statusCode: 500 });
    await settle();
    expect(counts()).toMatchObject({ visible: 0, leased: 0 });
  });

  it('leaves what failed to the visibility timeout', async () => {
    await start();
    await send('a');
    calls[0]?.fail();
    await pass(29_999);
    expect(calls).toHaveLength(1);
    await pass(1);
    expect(calls).toHaveLength(2);
  });

  it('slows down with failures, but never stops', async () => {
    await start({ batchSize: 1 });
    await send('1', '2', '3', '4', '5');
    for (const call of calls) call.fail();
    await settle();
    await pass(30_000);
    expect(calls.length).toBe(6);
  });

  it('meters its long polling: five empty receives in twenty seconds', async () => {
    await start();
    await pass(20_000);
    await pass(20_000);
    expect(sqs.meter.total('sqs', 'standard-requests')).toBe(1 + 2 * 5);
  });

  it('has five calls at a time at first, then more as messages wait', async () => {
    await start({ batchSize: 1 });
    await send('1', '2', '3', '4', '5', '6', '7', '8');
    const atFirst = calls.length;
    expect(atFirst).toBeGreaterThanOrEqual(5);
    expect(atFirst).toBeLessThanOrEqual(6);
    await pass(200);
    calls[0]?.answer(null);
    await settle();
    await pass(200);
    expect(calls.length).toBeGreaterThan(atFirst + 1);
  });

  it('has no more calls at a time while the processors are busy', async () => {
    idleProcessors = 0.4;
    await start({ batchSize: 1 });
    await send('1', '2', '3', '4', '5', '6', '7', '8');
    expect(calls).toHaveLength(5);
    await pass(200);
    calls[0]?.answer(null);
    await settle();
    expect(calls).toHaveLength(6);
    idleProcessors = 1;
    await pass(200);
    calls[1]?.answer(null);
    await settle();
    expect(calls).toHaveLength(8);
  });

  it('keeps to the maximum concurrency', async () => {
    await start({ batchSize: 1, maximumConcurrency: 2 });
    await send('1', '2', '3');
    await pass(10_000);
    expect(calls).toHaveLength(2);
    calls[0]?.answer(null);
    await settle();
    expect(calls).toHaveLength(3);
  });

  it('collects a batch within its window', async () => {
    await start({ batchSize: 100, batchingWindowMs: 5000, maximumConcurrency: 1 });
    await send('a');
    await pass(4000);
    await send('b', 'c');
    expect(calls).toEqual([]);
    await pass(1000);
    expect(calls.map(({ bodies }) => bodies)).toEqual([['a', 'b', 'c']]);
  });

  it('repeats a throttled call until the messages are visible again', async () => {
    await start({ maximumConcurrency: 2 });
    await send('a');
    calls[0]?.throttle();
    await settle();
    await pass(1000);
    expect(calls).toHaveLength(2);
    calls[1]?.throttle();
    await settle();
    await pass(2000);
    calls[2]?.answer(null);
    await settle();
    expect(counts()).toMatchObject({ visible: 0, leased: 0 });
  });

  it('gives a throttled message back, counted as received', async () => {
    await start({ maximumConcurrency: 2 });
    await send('a');
    for (const delayMs of [1000, 2000, 4000, 8000]) {
      calls.at(-1)?.throttle();
      await settle();
      await pass(delayMs);
    }
    const attempts = calls.length;
    calls.at(-1)?.throttle();
    await settle();
    poller?.close();
    await pass(15_000);
    expect(attempts).toBe(5);
    expect((await sqs.receive('q'))[0]?.Attributes?.ApproximateReceiveCount).toBe('2');
  });

  it('deletes what no filter lets pass', async () => {
    await start({ filters: [parseFilterPattern('{"body":{"kind":["a"]}}')] });
    await send('{"kind":"b"}', '{"kind":"a"}');
    expect(calls.map(({ bodies }) => bodies)).toEqual([['{"kind":"a"}']]);
    expect(counts()).toMatchObject({ visible: 0, leased: 1 });
  });

  it('does not overtake within a group of a FIFO queue', async () => {
    await start({ batchSize: 1 }, 'q.fifo', { FifoQueue: 'true', ContentBasedDeduplication: 'true' });
    for (const [MessageBody, MessageGroupId] of [
      ['1', 'g'],
      ['2', 'g'],
      ['3', 'h'],
    ])
      await sqs.call('SendMessage', { QueueUrl: url('q.fifo'), MessageBody, MessageGroupId });
    await settle();
    expect(calls.map(({ bodies }) => bodies[0])).toEqual(['1', '3']);
    calls[0]?.fail();
    await settle();
    await pass(30_000);
    expect(calls.slice(2).map(({ bodies }) => bodies[0])).toContain('1');
    expect(calls.map(({ bodies }) => bodies[0])).not.toContain('2');
    calls.find(({ bodies }, index) => index >= 2 && bodies[0] === '1')?.answer(null);
    await settle();
    expect(calls.at(-1)?.bodies).toEqual(['2']);
  });

  it('ends when its queue is deleted', async () => {
    await start();
    await sqs.call('DeleteQueue', { QueueUrl: url('q') });
    await settle();
    expect(warnings).toEqual([expect.stringMatching(/was deleted/)]);
  });
});

describe('a partial batch response', () => {
  const begin = async () => {
    await start({ reportsItemFailures: true, batchingWindowMs: 1000, maximumConcurrency: 2 });
    await send('a', 'b');
    await pass(1000);
    const call = calls.find(({ bodies }) => bodies.length === 2) ?? calls[0];
    if (!call) throw new Error('the function was not called');
    return call;
  };

  it('keeps only what it names', async () => {
    const call = await begin();
    call.answer({ batchItemFailures: [{ itemIdentifier: call.ids[0] }] });
    await settle();
    expect(counts().leased).toBe(calls.flatMap(({ ids }) => ids).length - call.ids.length + 1);
  });

  it('that is malformed keeps everything, and that is told', async () => {
    const call = await begin();
    call.answer({ batchItemFailures: [{ itemIdentifier: 'unknown' }] });
    await settle();
    expect(counts().leased).toBe(2);
    expect(warnings).toEqual([expect.stringMatching(/failed a whole batch .* unknown is not of this batch/)]);
  });

  const ids = new Set(['1', '2']);
  it.each(['', 'null', '{}', '{"batchItemFailures":null}', '{"batchItemFailures":[]}', '{"other":1}'])(
    'of %j says that all went well',
    (payload) => {
      expect(readBatchResponse(payload, ids)).toEqual({ kind: 'processed', failedIds: new Set() });
    },
  );

  it.each([
    'no json',
    '"ok"',
    '[]',
    '{"batchItemFailures":{}}',
    '{"batchItemFailures":[{"itemIdentifier":""}]}',
    '{"batchItemFailures":[{"itemIdentifier":null}]}',
    '{"batchItemFailures":[{"id":"1"}]}',
    '{"batchItemFailures":[{"itemIdentifier":"1"},{"itemIdentifier":"3"}]}',
  ])('of %j fails the whole batch', (payload) => {
    expect(readBatchResponse(payload, ids).kind).toBe('malformed');
  });
});
