import { z } from 'zod';
import type { Row, Settings } from './benchmark.ts';
import { compare, fauxqsEmulator, motoEmulator, ourEmulator, type RunningEmulator } from './emulators.ts';
import { HttpConnection } from './http-connection.ts';
import type { Load } from './load-client.ts';
import { sqsRequest } from './sqs-requests.ts';

const body = JSON.stringify({
  orderId: 'order-4711',
  customer: 'A customer with a name',
  lines: [{ sku: 'a-1', quantity: 3, price: 29.99 }],
  placedAt: '2026-01-01T12:00:00.000Z',
});

/** Messages sent, received and deleted over plain HTTP, one by one and by ten: our SQS, fauxqs, moto. */
export async function sqs(settings: Settings): Promise<Row[]> {
  const load = async ({ port }: RunningEmulator, batch: number) =>
    new MessageLoad(port, settings.connections, batch, await createQueue(port, `batch-${batch}`));
  return compare(
    settings,
    [ourEmulator('sqs'), await fauxqsEmulator(settings), motoEmulator()],
    [
      { work: 'send, receive, delete: one message per request', load: (emulator) => load(emulator, 1) },
      { work: 'send, receive, delete: ten messages per request', load: (emulator) => load(emulator, 10) },
    ],
  );
}

async function createQueue(port: number, name: string): Promise<string> {
  const connection = new HttpConnection(port);
  const answer = await connection.send(sqsRequest('CreateQueue', { QueueName: name }));
  connection.close();
  if (answer.status !== 200)
    throw new Error(`CreateQueue was answered with ${answer.status}: ${answer.body}`);
  return z.object({ QueueUrl: z.string() }).parse(JSON.parse(answer.body)).QueueUrl;
}

const Received = z.object({ Messages: z.array(z.object({ ReceiptHandle: z.string() })) });

/** Each worker sends, receives and deletes in turn: a request per call. */
class MessageLoad implements Load, Disposable {
  readonly #workers: { connection: HttpConnection; next: 'send' | 'receive' | 'delete'; handles: string[] }[];
  readonly #batch: number;
  readonly #queueUrl: string;
  readonly #send: Buffer;
  readonly #receive: Buffer;

  constructor(port: number, connections: number, batch: number, queueUrl: string) {
    this.#workers = Array.from({ length: connections }, () => ({
      connection: new HttpConnection(port),
      next: 'send',
      handles: [],
    }));
    this.#batch = batch;
    this.#queueUrl = queueUrl;
    const Entries = Array.from({ length: batch }, (_, index) => ({ Id: `m${index}`, MessageBody: body }));
    this.#send =
      batch === 1
        ? sqsRequest('SendMessage', { QueueUrl: queueUrl, MessageBody: body })
        : sqsRequest('SendMessageBatch', { QueueUrl: queueUrl, Entries });
    this.#receive = sqsRequest('ReceiveMessage', { QueueUrl: queueUrl, MaxNumberOfMessages: batch });
  }

  async call(index: number): Promise<void> {
    const worker = this.#workers[index];
    if (!worker) throw new RangeError(`There is no connection for worker ${index}.`);
    if (worker.next === 'send') {
      await this.#request(worker.connection, this.#send);
      worker.next = 'receive';
    } else if (worker.next === 'receive') {
      const answer = await this.#request(worker.connection, this.#receive);
      worker.handles = Received.parse(JSON.parse(answer)).Messages.map(({ ReceiptHandle }) => ReceiptHandle);
      worker.next = 'delete';
    } else {
      await this.#request(worker.connection, this.#delete(worker.handles));
      worker.next = 'send';
    }
  }

  #delete([first = '', ...others]: readonly string[]): Buffer {
    const QueueUrl = this.#queueUrl;
    if (this.#batch === 1) return sqsRequest('DeleteMessage', { QueueUrl, ReceiptHandle: first });
    const Entries = [first, ...others].map((ReceiptHandle, index) => ({ Id: `m${index}`, ReceiptHandle }));
    return sqsRequest('DeleteMessageBatch', { QueueUrl, Entries });
  }

  async #request(connection: HttpConnection, request: Buffer): Promise<string> {
    const { status, body: answer } = await connection.send(request);
    if (status === 200 && !answer.includes('"SenderFault"')) return answer;
    throw new Error(`answered with ${status}: ${answer.slice(0, 200)}`);
  }

  [Symbol.dispose](): void {
    for (const { connection } of this.#workers) connection.close();
  }
}
