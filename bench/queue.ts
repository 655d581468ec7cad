import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { type Row, rowsOf, type Settings } from './benchmark.ts';
import { HttpConnection } from './http-connection.ts';
import { type Load, measureLoad } from './load-client.ts';
import { startModule } from './server-process.ts';
import { sqsRequest } from './sqs-requests.ts';

const batchSize = 10;
/** Messages that wait or are being processed, above which no more are sent. */
const mostUnfinished = 500;
/** Between two looks at the queue: short enough that it never runs empty, long enough that looking costs little. */
const pauseMs = 20;
const queueUrlOf = (name: string) => `https://sqs.us-east-1.amazonaws.com/123456789012/acme-dev-${name}`;

interface Pattern {
  folder: string;
  subject: string;
  effect: string;
  /** The body of the message that has this number; no two ask for the same. */
  bodyOf(index: number): object;
}

const patterns: Pattern[] = [
  {
    folder: '02-async-processor',
    subject: 'aws: serverless-patterns run 02',
    effect: 'PutObject of S3',
    bodyOf: (index) => ({
      id: `job-${index}`,
      account: 'anna',
      month: '2026-11',
      openingBalanceCents: 1000,
      lines: [{ date: '2026-11-03', text: 'salary', amountCents: 2500 }],
    }),
  },
  {
    folder: '11-idempotent-consumer',
    subject: 'aws: serverless-patterns run 11',
    effect: 'TransactWriteItems of DynamoDB',
    bodyOf: (index) => ({
      id: `transfer-${index}`,
      ledger: 'bench',
      from: `external.bank-${index % 1000}`,
      to: `account-${index % 1000}`,
      amountCents: 100,
    }),
  },
];

/** Messages per second through the whole of a pattern on AWS: queue, isolated function, one effect for each message. */
export async function queue(settings: Settings): Promise<Row[]> {
  const rows: Row[] = [];
  for (const pattern of patterns)
    rows.push(...(await rowsOf(pattern.subject, settings, async () => [await measure(pattern, settings)])));
  return rows;
}

async function measure({ folder, subject, effect, bodyOf }: Pattern, settings: Settings): Promise<Row> {
  settings.progress(`  ${subject}`);
  const { process, port } = await startModule('queue-pattern', folder);
  await using server = process;
  const queueUrl = queueUrlOf(folder.slice(folder.indexOf('-') + 1));
  using messages = new MessageLoad({ port, connections: settings.connections, queueUrl, bodyOf });
  const { requestsPerSecond, cpuMsPerRequest, failures } = await measureLoad(settings, [server], messages);
  return {
    kind: 'measured',
    subject,
    work: `SQS, function, ${effect}: batches of ten`,
    figures: {
      messagesPerSecond: (requestsPerSecond ?? 0) * batchSize,
      ...(cpuMsPerRequest !== undefined && { cpuMsPerMessage: cpuMsPerRequest / batchSize }),
      ...(failures !== undefined && { failures }),
    },
  };
}

const Attributes = z.object({
  Attributes: z.object({
    ApproximateNumberOfMessages: z.coerce.number(),
    ApproximateNumberOfMessagesNotVisible: z.coerce.number(),
  }),
});

/**
 * Each worker sends ten messages whenever few enough are unfinished, so that in the long run as many are sent as are
 * processed.
 */
class MessageLoad implements Load, Disposable {
  readonly #connections: HttpConnection[];
  readonly #queueUrl: string;
  readonly #bodyOf: Pattern['bodyOf'];
  #sent = 0;

  constructor(options: {
    port: number;
    connections: number;
    queueUrl: string;
    bodyOf: Pattern['bodyOf'];
  }) {
    const { port, connections, queueUrl, bodyOf } = options;
    this.#connections = Array.from({ length: connections }, () => new HttpConnection(port));
    this.#queueUrl = queueUrl;
    this.#bodyOf = bodyOf;
  }

  async call(index: number): Promise<void> {
    const connection = this.#connections[index];
    if (!connection) throw new RangeError(`There is no connection for worker ${index}.`);
    await this.#request(connection, 'SendMessageBatch', { QueueUrl: this.#queueUrl, Entries: this.#batch() });
    while ((await this.#unfinished(connection)) > mostUnfinished) await sleep(pauseMs);
  }

  #batch(): { Id: string; MessageBody: string }[] {
    return Array.from({ length: batchSize }, (_, index) => ({
      Id: `m${index}`,
      MessageBody: JSON.stringify(this.#bodyOf(this.#sent++)),
    }));
  }

  async #unfinished(connection: HttpConnection): Promise<number> {
    const AttributeNames = Object.keys(Attributes.shape.Attributes.shape);
    const answer = await this.#request(connection, 'GetQueueAttributes', {
      QueueUrl: this.#queueUrl,
      AttributeNames,
    });
    const { Attributes: counts } = Attributes.parse(JSON.parse(answer));
    return counts.ApproximateNumberOfMessages + counts.ApproximateNumberOfMessagesNotVisible;
  }

  async #request(connection: HttpConnection, operation: string, input: object): Promise<string> {
    const answer = await connection.send(sqsRequest(operation, input));
    if (answer.status !== 200)
      throw new Error(`${operation} was answered with ${answer.status}: ${answer.body.slice(0, 300)}`);
    return answer.body;
  }

  [Symbol.dispose](): void {
    for (const connection of this.#connections) connection.close();
  }
}
