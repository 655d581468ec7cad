import { describe, expect, it } from 'vitest';
import { virtualClock } from '../../engine/clock.ts';
import { quietCourse } from '../../engine/course.ts';
import { Meter } from '../../engine/meter.ts';
import { MetricStore } from '../../engine/metric-store.ts';
import { seededRandom } from '../../engine/random.ts';
import type { Delivery } from '../destinations.ts';
import { AwsError } from '../service.ts';
import { AsyncInvocations, type AsyncPolicy, defaultAsyncPolicy } from './async-invocation.ts';
import type { InvokeRequest } from './lambda.ts';
import type { LambdaAnswer } from './runtime.ts';

const startMs = Date.parse('2024-05-01T12:00:00Z');
const functionArn = 'arn:aws:lambda:eu-central-1:123456789012:function:worker';
const minuteMs = 60_000;

type Step = 'succeed' | 'fail' | 'throttle';

function answerOf(step: Step, requestId: string): LambdaAnswer {
  if (step === 'throttle')
    return { kind: 'throttled', reason: 'ReservedFunctionConcurrentInvocationLimitExceeded' };
  const failed = step === 'fail';
  return {
    kind: 'answered',
    requestId,
    payload: Buffer.from(failed ? '{"errorType":"TypeError","errorMessage":"no order"}' : '{"ok":true}'),
    streamed: false,
    ...(failed && { functionError: 'Unhandled' }),
    executedVersion: '$LATEST',
    report: {
      requestId,
      durationMs: 1,
      billedDurationMs: 1,
      memorySizeMb: 128,
      maxMemoryUsedMb: 64,
      status: failed ? 'error' : 'success',
    },
    log: [],
  };
}

function setUp(
  steps: Step[],
  options: Partial<AsyncPolicy> & { deadLetterArn?: string; concurrency?: number; denied?: boolean } = {},
) {
  const clock = virtualClock(startMs);
  const course = quietCourse();
  const metrics = new MetricStore();
  const invocations: { atMs: number; requestId: string | undefined }[] = [];
  const sent: { arn: string; delivery: Delivery }[] = [];
  const warnings: string[] = [];
  const { deadLetterArn, concurrency = 1000, denied, ...policy } = options;
  const invocationsOf = new AsyncInvocations({
    functionName: 'worker',
    functionArn,
    maximumConcurrency: concurrency,
    deadLetterArn,
    runtime: {
      accountId: '123456789012',
      region: 'eu-central-1',
      partition: 'aws',
      clock,
      course,
      meter: new Meter(),
      random: seededRandom(1),
    },
    metrics,
    policyOf: (qualifier) =>
      qualifier === undefined ? { ...defaultAsyncPolicy, ...policy } : defaultAsyncPolicy,
    async invoke({ requestId }) {
      invocations.push({ atMs: clock.now() - startMs, requestId });
      return answerOf(steps.shift() ?? 'succeed', requestId ?? '');
    },
    send(arn, delivery) {
      if (denied) throw new AwsError('AccessDenied', 'may not');
      sent.push({ arn, delivery });
    },
    warn: (text) => warnings.push(text),
  });
  const pass = async (ms = 0) => {
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(ms);
    await new Promise((resolve) => setImmediate(resolve));
  };
  const invoke = (request: InvokeRequest) => invocationsOf.accept(request);
  const accept = (qualifier?: string) => invoke({ payload: Buffer.from('{"order":1}'), qualifier }).requestId;
  return { accept, invoke, invocations, sent, warnings, course, metrics, pass };
}

describe('an asynchronous invocation', () => {
  it('is tried three times, after one minute and after two more, under the same request id', async () => {
    const { accept, invocations, course, pass } = setUp(['fail', 'fail']);
    const id = accept();
    await pass();
    expect(course.activity.waiting).toBe(1);
    for (let minute = 0; minute < 5; minute++) await pass(minuteMs);
    expect(invocations).toEqual([0, 1, 3].map((minutes) => ({ atMs: minutes * minuteMs, requestId: id })));
    expect(course.activity.waiting).toBe(0);
  });

  it('sends a record of its success to its destination', async () => {
    const { accept, sent, pass } = setUp([], { onSuccess: 'arn:aws:sqs:eu-central-1:123456789012:done' });
    const requestId = accept();
    await pass();
    expect(sent).toHaveLength(1);
    expect(sent[0]?.delivery.event).toEqual({
      source: 'lambda',
      detailType: 'Lambda Function Invocation Result - Success',
      resources: ['arn:aws:sqs:eu-central-1:123456789012:done', `${functionArn}:$LATEST`],
    });
    expect(JSON.parse(sent[0]?.delivery.body ?? '')).toEqual({
      version: '1.0',
      timestamp: '2024-05-01T12:00:00.000Z',
      requestContext: {
        requestId,
        functionArn: `${functionArn}:$LATEST`,
        condition: 'Success',
        approximateInvokeCount: 1,
      },
      requestPayload: { order: 1 },
      responseContext: { statusCode: 200, executedVersion: '$LATEST' },
      responsePayload: { ok: true },
    });
  });

  it('that fails to the end sends its record and its dead letter', async () => {
    const { accept, sent, course, pass } = setUp(['fail', 'fail'], {
      maximumRetries: 1,
      onFailure: 'arn:failure',
      deadLetterArn: 'arn:dead',
    });
    const told: string[] = [];
    course.timeline.onEvent(({ kind }) => told.push(kind));
    const requestId = accept();
    await pass(minuteMs);
    expect(sent.map(({ arn }) => arn)).toEqual(['arn:failure', 'arn:dead']);
    expect(JSON.parse(sent[0]?.delivery.body ?? '')).toMatchObject({
      requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 2 },
      responseContext: { functionError: 'Unhandled' },
      responsePayload: { errorType: 'TypeError', errorMessage: 'no order' },
    });
    expect(sent[1]?.delivery).toEqual({
      body: '{"order":1}',
      attributes: {
        RequestID: { DataType: 'String', StringValue: requestId },
        ErrorCode: { DataType: 'Number', StringValue: '200' },
        ErrorMessage: { DataType: 'String', StringValue: 'no order' },
      },
    });
    expect(told).toEqual(['retried', 'dead-lettered']);
  });

  it('is repeated while there is no room for it, until it is too old', async () => {
    const { accept, invocations, sent, pass } = setUp(Array(50).fill('throttle'), {
      maximumAgeMs: minuteMs,
      onFailure: 'arn:failure',
    });
    accept();
    for (let second = 0; second < 90; second++) await pass(1000);
    expect(invocations.map(({ atMs }) => atMs / 1000)).toEqual([0, 1, 3, 7, 15, 31]);
    const record: unknown = JSON.parse(sent[0]?.delivery.body ?? '');
    expect(record).toMatchObject({
      requestContext: { condition: 'EventAgeExceeded', approximateInvokeCount: 0 },
    });
    expect(record).not.toHaveProperty('responseContext');
  });

  it('is given up at once when the function may never run', async () => {
    const { accept, sent, pass } = setUp(['throttle'], { concurrency: 0, deadLetterArn: 'arn:dead' });
    accept();
    await pass();
    expect(sent).toMatchObject([{ delivery: { attributes: { ErrorCode: { StringValue: '429' } } } }]);
  });

  it('that is lost is told and counted', async () => {
    const { accept, warnings, metrics, pass } = setUp(['fail'], {
      maximumRetries: 0,
      onFailure: 'arn:failure',
      denied: true,
    });
    accept();
    await pass();
    expect(warnings).toEqual([
      'worker could not send the record of an invocation to arn:failure: may not',
      'worker dropped an asynchronous event after 1 attempts',
    ]);
    const counted = metrics.series().map(({ name, points }) => [name, points[0]?.sum]);
    expect(counted).toEqual([
      ['AsyncEventsDropped', 1],
      ['AsyncEventsReceived', 1],
      ['DestinationDeliveryFailures', 1],
    ]);
  });

  it('follows the policy of its alias', async () => {
    const { accept, sent, pass } = setUp([], { onSuccess: 'arn:done' });
    accept('live');
    await pass();
    expect(sent).toEqual([]);
  });

  it('of more than 1 MB is not accepted', async () => {
    const { invoke, invocations } = setUp([]);
    expect(() => invoke({ payload: Buffer.alloc(1_048_577), qualifier: undefined })).toThrow(
      '1048577 byte payload is too large for the Event invocation type (limit 1048576 bytes)',
    );
    expect(invocations).toEqual([]);
  });
});
