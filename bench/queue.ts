import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import type { Row, Settings } from './benchmark.ts';
import { HttpConnection } from './http-connection.ts';
import { type Load, measureLoad } from './load-client.ts';
import { startModule } from './server-process.ts';
import { sqsRequest } from './sqs-requests.ts';

const batchSize = 10;
/** Messages that wait or are being processed, above which no more are sent. */
const mostUnfinished = 500;
const queueUrl = 'https://sqs.us-east-1.amazonaws.com/123456789012/acme-dev-async-processor';

/** Messages per second through the whole of pattern 02 on AWS: queue, isolated function, one object for each in S3. */
export async function queue(settings: Settings): Promise<Row[]> {
  const { process, port } = await startModule('async-processor');
  await using server = process;
  using jobs = new JobLoad(port, settings.connections);
  const { requestsPerSecond, cpuMsPerRequest, failures } = await measureLoad(settings, [server], jobs);
  return [
    {
      kind: 'measured',
      subject: 'aws: serverless-patterns run 02',
      work: 'SQS, function, S3: batches of ten',
      figures: {
        messagesPerSecond: (requestsPerSecond ?? 0) * batchSize,
        ...(cpuMsPerRequest !== undefined && { cpuMsPerMessage: cpuMsPerRequest / batchSize }),
        ...(failures !== undefined && { failures }),
      },
    },
  ];
}

const Attributes = z.object({
  Attributes: z.object({
    ApproximateNumberOfMessages: z.coerce.number(),
    ApproximateNumberOfMessagesNotVisible: z.coerce.number(),
  }),
});

/**
 * Each worker sends ten jobs whenever few enough are unfinished, so that in the long run as many are sent as are
 * processed.
 */
class JobLoad implements Load, Disposable {
  readonly #connections: HttpConnection[];
  #jobs = 0;

  constructor(port: number, connections: number) {
    this.#connections = Array.from({ length: connections }, () => new HttpConnection(port));
  }

  async call(index: number): Promise<void> {
    const connection = this.#connections[index];
    if (!connection) throw new RangeError(`There is no connection for worker ${index}.`);
    await this.#request(connection, 'SendMessageBatch', { QueueUrl: queueUrl, Entries: this.#batch() });
    while ((await this.#unfinished(connection)) > mostUnfinished) await sleep(5);
  }

  #batch(): { Id: string; MessageBody: string }[] {
    return Array.from({ length: batchSize }, (_, index) => ({
      Id: `m${index}`,
      MessageBody: JSON.stringify({
        id: `job-${this.#jobs++}`,
        account: 'anna',
        month: '2026-11',
        openingBalanceCents: 1000,
        lines: [{ date: '2026-11-03', text: 'salary', amountCents: 2500 }],
      }),
    }));
  }

  async #unfinished(connection: HttpConnection): Promise<number> {
    const AttributeNames = Object.keys(Attributes.shape.Attributes.shape);
    const answer = await this.#request(connection, 'GetQueueAttributes', {
      QueueUrl: queueUrl,
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
