/** SQS, SNS and EventBridge beside one another on a virtual clock for tests, spoken to through the vendor's SDKs. */
import { type VirtualClock, virtualClock } from '../engine/clock.ts';
import { type Course, quietCourse } from '../engine/course.ts';
import { Meter } from '../engine/meter.ts';
import { MetricStore } from '../engine/metric-store.ts';
import { seededRandom } from '../engine/random.ts';
import { startWireServer } from '../engine/wire-server.ts';
import { callContext } from './call-context.ts';
import { Destinations } from './destinations.ts';
import { createEventBridge, type EventBridge } from './eventbridge/eventbridge.ts';
import { Iam } from './iam/iam.ts';
import { jsonHandler } from './protocol-json.ts';
import { answerQuery } from './protocol-query.ts';
import { AwsError, type AwsPrincipal } from './service.ts';
import { createSns, type Sns } from './sns/sns.ts';
import { queueDestination } from './sqs/destination.ts';
import type { SqsContent } from './sqs/message.ts';
import { createSqs, type Sqs } from './sqs/sqs.ts';

export const startMs = Date.parse('2024-05-01T12:00:00Z');
export const arnOf = (service: string, name: string) =>
  `arn:aws:${service}:eu-central-1:123456789012:${name}`;
const source = { address: 'test', file: 'test.tf', line: 1 };

const principal: AwsPrincipal = {
  kind: 'administrator',
  arn: 'arn:aws:iam::123456789012:root',
  accountId: '123456789012',
};

export interface DeliveryFixture {
  clock: VirtualClock;
  course: Course;
  meter: Meter;
  metrics: MetricStore;
  iam: Iam;
  destinations: Destinations;
  sqs: Sqs;
  sns: Sns;
  eventBridge: EventBridge;
  /** What functions were called with, by name. */
  calls: { functionName: string; event: unknown; traceHeader: string | undefined }[];
  warnings: string[];
  /** For an SDK client. */
  clientOptions: {
    endpoint: string;
    region: string;
    credentials: { accessKeyId: string; secretAccessKey: string };
  };
  /** A queue that a service may send to. */
  queue(name: string, sender?: string): string;
  /** A function that a service may call. */
  function(name: string, sender?: string): string;
  /** Makes calls of functions fail as if the service did not answer. */
  failing: Set<string>;
  /** What is in a queue. */
  messages(name: string): SqsContent[];
  /** Lets everything come to rest, and then some time pass. */
  pass(ms?: number): Promise<void>;
  close(): Promise<void>;
}

export async function deliveryFixture(
  options: Partial<Pick<Course, 'faults'>> = {},
): Promise<DeliveryFixture> {
  const clock = virtualClock(startMs);
  const course = { ...quietCourse(), ...options };
  const meter = new Meter();
  const metrics = new MetricStore();
  const runtime = {
    accountId: '123456789012',
    region: 'eu-central-1',
    partition: 'aws',
    clock,
    meter,
    course,
    random: seededRandom(7),
  };
  const iam = new Iam(runtime);
  const destinations = new Destinations(runtime, iam);
  const warnings: string[] = [];
  const warn = (text: string) => warnings.push(text);
  const sqs = createSqs({
    runtime,
    metrics,
    senderId: ({ accountId }) => accountId,
    attachPolicy: (arn, document) => iam.attachResourcePolicy(arn, document, source),
  });
  const attachPolicy = (arn: string, document: string) => iam.attachResourcePolicy(arn, document, source);
  const sns = createSns({ runtime, metrics, destinations, attachPolicy, warn });
  const eventBridge = createEventBridge({ runtime, metrics, destinations, iam, warn });
  const calls: DeliveryFixture['calls'] = [];
  const functions = new Set<string>();
  const failing = new Set<string>();
  destinations.register('sqs', queueDestination(sqs.store, destinations));
  destinations.register('sns', sns.destination);
  destinations.register('events', eventBridge.destination);
  destinations.register('lambda', {
    action: 'lambda:InvokeFunction',
    find(arn) {
      if (!functions.has(arn))
        throw new AwsError('ResourceNotFoundException', `Function not found: ${arn}`, 404);
    },
    take(arn, { body, traceHeader }) {
      const functionName = arn.split(':').at(-1) ?? '';
      if (failing.has(functionName)) throw new AwsError('ServiceException', 'internal', 500);
      calls.push({ functionName, event: JSON.parse(body), traceHeader });
    },
  });
  const fail = (error: unknown) => {
    throw error;
  };
  const json = jsonHandler([sqs.json, eventBridge.json], {
    identify: () => principal,
    authorise: (who, requests) => iam.authorize(who, requests),
    requestId: () => 'request',
    onUnexpectedError: fail,
  });
  const server = await startWireServer({
    plainPort: 0,
    maximumBodyBytes: 4 * 1024 * 1024,
    route: () => (request) =>
      request.headers['x-amz-target'] === undefined
        ? answerQuery(
            sns.query,
            request,
            { principal, requestId: 'request', ...callContext(request) },
            (requests) => iam.authorize(principal, requests),
          )
        : json(request),
    onError: fail,
  });
  const settled = async () => {
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  };
  const allow = (arn: string, action: string, sender: string) =>
    attachPolicy(
      arn,
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service: sender }, Action: action, Resource: arn }],
      }),
    );
  return {
    clock,
    course,
    meter,
    metrics,
    iam,
    destinations,
    sqs,
    sns,
    eventBridge,
    calls,
    warnings,
    failing,
    clientOptions: {
      endpoint: `http://127.0.0.1:${server.plainPort}`,
      region: 'eu-central-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    },
    queue(name, sender) {
      const fifo: Record<string, string> = name.endsWith('.fifo') ? { FifoQueue: 'true' } : {};
      const { arn } = sqs.store.create(name, fifo);
      if (sender !== undefined) allow(arn, 'sqs:SendMessage', sender);
      return arn;
    },
    function(name, sender) {
      const arn = arnOf('lambda', `function:${name}`);
      functions.add(arn);
      if (sender !== undefined) allow(arn, 'lambda:InvokeFunction', sender);
      return arn;
    },
    messages: (name) =>
      (sqs.store.queues.get(name)?.messages.receive({ maximumMessages: 100, leaseMs: 30_000 }) ?? []).map(
        ({ message }) => message.content,
      ),
    async pass(ms = 0) {
      await settled();
      clock.advance(ms);
      await settled();
    },
    async close() {
      sns.close();
      eventBridge.close();
      sqs.close();
      await server.close();
    },
  };
}
