/** An SQS on a virtual clock for tests, with a short way to call it. */
import { type VirtualClock, virtualClock } from '../../engine/clock.ts';
import { quietCourse } from '../../engine/course.ts';
import { Meter } from '../../engine/meter.ts';
import { MetricStore } from '../../engine/metric-store.ts';
import { seededRandom } from '../../engine/random.ts';
import { type AwsCall, AwsError } from '../service.ts';
import { createSqs, type Sqs } from './sqs.ts';

export const startMs = Date.parse('2024-05-01T12:00:00Z');
export const arn = (name: string) => `arn:aws:sqs:eu-central-1:123456789012:${name}`;
export const url = (name: string) => `https://sqs.eu-central-1.amazonaws.com/123456789012/${name}`;

const principal = {
  kind: 'administrator',
  arn: 'arn:aws:iam::123456789012:root',
  accountId: '123456789012',
} as const;

/** What a call gave: the members of the response, or those of the error with its `code` and `message`. */
export type Answer = Record<string, unknown>;

/** What tests read of a received message. */
export interface ReceivedMessage {
  MessageId: string;
  ReceiptHandle: string;
  Body: string;
  Attributes?: Record<string, string>;
}

export interface Fixture {
  sqs: Sqs;
  clock: VirtualClock;
  meter: Meter;
  metrics: MetricStore;
  /** Policies that were put into force, by ARN. */
  policies: Map<string, string>;
  call(operation: string, input: object, call?: Partial<AwsCall>): Promise<Answer>;
  receive(name: string, input?: object): Promise<ReceivedMessage[]>;
}

export function fixture(): Fixture {
  const clock = virtualClock(startMs);
  const meter = new Meter();
  const metrics = new MetricStore();
  const policies = new Map<string, string>();
  const sqs = createSqs({
    runtime: {
      accountId: '123456789012',
      region: 'eu-central-1',
      partition: 'aws',
      clock,
      meter,
      course: quietCourse(),
      random: seededRandom(7),
    },
    metrics,
    senderId: ({ accountId }) => accountId,
    attachPolicy: (queueArn, document) => policies.set(queueArn, document),
  });
  const call = async (operation: string, input: object, context: Partial<AwsCall> = {}): Promise<Answer> => {
    try {
      // Through JSON, as over the wire: what comes in belongs to nobody else.
      const request: unknown = JSON.parse(JSON.stringify(input));
      const found = sqs.json.operations[operation];
      if (!found) throw new Error(`there is no operation ${operation}`);
      found.access(request);
      const output: unknown = await found.run(request, { principal, requestId: '1', ...context });
      return { ...(typeof output === 'object' && output) };
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return { code: error.code, message: error.message, ...error.members };
    }
  };
  return {
    sqs,
    clock,
    meter,
    metrics,
    policies,
    call,
    async receive(name, input = {}) {
      const answer = await call('ReceiveMessage', { QueueUrl: url(name), AttributeNames: ['All'], ...input });
      if (answer.code !== undefined) throw new Error(`${String(answer.code)}: ${String(answer.message)}`);
      return (answer.Messages ?? []) as ReceivedMessage[];
    },
  };
}
