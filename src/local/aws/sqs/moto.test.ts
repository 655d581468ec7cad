/**
 * The same calls to this SQS and to moto: no difference but those that are listed, where the documentation says
 * otherwise than moto. Needs `moto_server` (pip install 'moto[server]').
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { realClock } from '../../engine/clock.ts';
import { quietCourse } from '../../engine/course.ts';
import { Meter } from '../../engine/meter.ts';
import { MetricStore } from '../../engine/metric-store.ts';
import { seededRandom } from '../../engine/random.ts';
import { startWireServer, type WireServer } from '../../engine/wire-server.ts';
import { jsonHandler } from '../protocol-json.ts';
import { queryErrorCode } from './errors.ts';
import { type Call, handWritten, randomCalls } from './moto-cases.ts';
import { createSqs, type Sqs } from './sqs.ts';

const hasMoto = spawnSync('moto_server', ['--help'], { stdio: 'ignore' }).status === 0;
const guide = 'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide';
const api = 'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference';

type Outcome = Record<string, unknown>;

interface Exception {
  /** What moto does otherwise. */
  about: string;
  /** What says that it should not. */
  page: string;
  applies(call: Call, ours: Outcome, moto: Outcome, name: string): boolean;
}

const refused = ({ error }: Outcome) => error !== undefined;
const text = (outcome: object) => JSON.stringify(outcome);
/** The outcome without the members of that name. */
const without = (outcome: Outcome, member: string) =>
  text(outcome)
    .replace(new RegExp(`"${member}":"[^"]*",?`, 'g'), '')
    .replaceAll(',}', '}');

const exceptions: Exception[] = [
  {
    about: 'moto refuses too, in words of its own',
    page: `${api}/CommonErrors.html`,
    applies: (_, ours, moto) => refused(ours) && ours.error === moto.error,
  },
  {
    about: 'moto takes the name of a FIFO queue for a standard queue',
    page: `${api}/API_CreateQueue.html`,
    applies: ({ input }, ours) => refused(ours) && input.QueueName === 'dotted.fifo',
  },
  {
    about: 'moto takes an empty body, which then is in the queue',
    page: `${api}/API_SendMessage.html`,
    applies: ({ operation, input }, _, __, name) =>
      name === 'messages' &&
      (input.MessageBody === '' || ['GetQueueAttributes', 'ReceiveMessage'].includes(operation)),
  },
  {
    about: 'moto looks for a queue without a URL',
    page: `${api}/API_SendMessage.html`,
    applies: ({ input }, ours) => refused(ours) && input.QueueUrl === undefined && 'MessageBody' in input,
  },
  {
    about: 'moto gives no digest of system attributes',
    page: `${api}/API_SendMessage.html`,
    applies: (_, ours, moto) => without(ours, 'MD5OfMessageSystemAttributes') === text(moto),
  },
  {
    about: 'moto fails with status 500',
    page: `${api}/CommonErrors.html`,
    applies: (_, __, moto) => moto.error === 'status 500',
  },
  {
    about: 'moto takes empty values and numbers that are none',
    page: `${guide}/sqs-message-metadata.html`,
    applies: (_, __, ___, name) => /^message attributes: (an empty value|no number)$/.test(name),
  },
  {
    about: 'moto refuses to receive an attribute that it has refused to send',
    page: `${api}/API_ReceiveMessage.html`,
    applies: ({ operation }, _, moto) => operation === 'ReceiveMessage' && refused(moto),
  },
  {
    about: 'moto gives no sequence numbers for messages whose deduplication id it has computed',
    page: `${api}/API_SendMessage.html`,
    applies: (_, ours, moto) => without(ours, 'SequenceNumber') === without(moto, 'SequenceNumber'),
  },
  {
    about: 'moto takes the handle of a deleted message for an invalid one',
    page: `${api}/API_ChangeMessageVisibility.html`,
    applies: ({ operation }, ours, moto) =>
      operation === 'ChangeMessageVisibility' &&
      String(ours.message).includes('Message does not exist') &&
      moto.error === 'ReceiptHandleIsInvalid',
  },
  {
    about: 'moto does not say where a dead letter comes from',
    page: `${api}/API_ReceiveMessage.html`,
    applies: (_, ours, moto) => without(ours, 'DeadLetterQueueSourceArn') === text(moto),
  },
];

interface Target {
  port: number;
  /** What the calls of the running case have given, for later calls to refer to. */
  known: Map<string, string>;
}

describe.skipIf(!hasMoto)('SQS beside moto (skipped without moto_server)', () => {
  let sqs: Sqs;
  let server: WireServer;
  let motoProcess: ChildProcess;
  let motoPort: number;

  beforeAll(async () => {
    ({ sqs, server } = await startOurs());
    motoPort = await freePort();
    motoProcess = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(motoPort)], { stdio: 'ignore' });
    await answered(motoPort);
  }, 60_000);

  afterAll(async () => {
    motoProcess.kill();
    sqs.close();
    await server.close();
  });

  it('answers every call alike', { timeout: 120_000 }, async () => {
    const differences: object[] = [];
    const used = new Set<Exception>();
    let count = 0;
    const cases = [...handWritten, randomCalls('random', 1, 200), randomCalls('random.fifo', 2, 200)];
    for (const { name, calls } of cases) {
      const ours: Target = { port: server.plainPort, known: new Map() };
      const moto: Target = { port: motoPort, known: new Map() };
      for (const call of calls) {
        count++;
        const [our, their] = await Promise.all([outcomeOf(ours, call), outcomeOf(moto, call)]);
        if (JSON.stringify(our) === JSON.stringify(their)) continue;
        const known = exceptions.find((exception) => exception.applies(call, our, their, name));
        if (known) used.add(known);
        else differences.push({ case: name, call, ours: our, moto: their });
      }
    }
    expect(differences).toEqual([]);
    expect(exceptions.filter((exception) => !used.has(exception)).map(({ about }) => about)).toEqual([]);
    expect(count).toBeGreaterThan(500);
  });
});

async function outcomeOf(target: Target, { operation, input, keep }: Call): Promise<Outcome> {
  if (operation === 'wait') {
    await sleep(Number(input.ms));
    return {};
  }
  const text = JSON.stringify(input).replace(
    /\$\{(\w+)\}/g,
    (_, name: string) => target.known.get(name) ?? (name === 'base' ? base(target) : name),
  );
  const response = await fetch(`http://127.0.0.1:${target.port}/`, {
    method: 'POST',
    headers: {
      'x-amz-target': `AmazonSQS.${operation}`,
      'content-type': 'application/x-amz-json-1.0',
      authorization:
        'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=0',
    },
    body: text,
  });
  const body = await response.text();
  // moto's page about a defect of its own.
  if (body.startsWith('<')) return { error: `status ${response.status}` };
  const answer: Outcome = body === '' ? {} : JSON.parse(body);
  if (response.status >= 400)
    // moto has the names of the Query protocol in JSON too.
    return {
      error: queryErrorCode(String(answer.__type).split('#').at(-1) ?? ''),
      message: answer.message ?? answer.Message,
    };
  for (const [name, path] of Object.entries(keep ?? {})) {
    const value = at(answer, path);
    if (typeof value === 'string') target.known.set(name, value);
  }
  return Object(comparable(answer));
}

const base = ({ port }: Target) => `http://127.0.0.1:${port}/123456789012`;

const at = (value: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>((found, step) => (found === undefined ? found : Object(found)[step]), value);

const madeUp = new Set([
  'MessageId',
  'ReceiptHandle',
  'SequenceNumber',
  'TaskHandle',
  'SentTimestamp',
  'ApproximateFirstReceiveTimestamp',
  'CreatedTimestamp',
  'LastModifiedTimestamp',
  'StartedTimestamp',
  'SenderId',
]);

/** Without what each makes up for itself, and without the port in URLs. */
function comparable(value: unknown, name = ''): unknown {
  if (madeUp.has(name)) return `<${name}>`;
  if (typeof value === 'string') return value.replace(/127\.0\.0\.1:\d+/, '<host>');
  if (Array.isArray(value)) return value.map((item) => comparable(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, content]) => content !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([member, content]) => [member, comparable(content, member)]),
  );
}

async function startOurs(): Promise<{ sqs: Sqs; server: WireServer }> {
  const principal = {
    kind: 'administrator',
    arn: 'arn:aws:iam::123456789012:root',
    accountId: '123456789012',
  } as const;
  const sqs = createSqs({
    runtime: {
      accountId: principal.accountId,
      region: 'us-east-1',
      partition: 'aws',
      clock: realClock,
      meter: new Meter(),
      course: quietCourse(),
      random: seededRandom(1),
    },
    metrics: new MetricStore(),
    senderId: ({ accountId }) => accountId,
    attachPolicy: () => {},
  });
  const onError = (error: unknown) => {
    throw error;
  };
  const handle = jsonHandler([sqs.json], {
    identify: () => principal,
    authorise: () => {},
    requestId: () => 'request',
    onUnexpectedError: onError,
  });
  const server = await startWireServer({
    plainPort: 0,
    maximumBodyBytes: 4 * 1024 * 1024,
    route: () => handle,
    onError,
  });
  return { sqs, server };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

async function answered(port: number): Promise<void> {
  for (let attempt = 0; attempt < 150; attempt++) {
    const isThere = await fetch(`http://127.0.0.1:${port}/moto-api/`).then(
      () => true,
      () => false,
    );
    if (isThere) return;
    await sleep(200);
  }
  throw new Error('moto_server did not answer within 30 seconds.');
}
