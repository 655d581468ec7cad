/**
 * Puts and gets a second over plain HTTP, ours beside dynalite: `node bench/dynamodb.ts [seconds]`.
 * dynalite is measured when Node can resolve it (NODE_PATH works), otherwise skipped with a line.
 */
import { fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { connect, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';

const connections = 10;
const items = 10_000;
const seconds = Number(process.argv[2] ?? 4);

interface Load {
  operation: string;
  body(index: number): object;
}

const table = {
  TableName: 'items',
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  BillingMode: 'PAY_PER_REQUEST',
};
const idOf = (index: number) => ({ S: `item-${index % items}` });
const loads: Load[] = [
  {
    operation: 'PutItem',
    body: (index) => ({
      TableName: 'items',
      Item: {
        id: idOf(index),
        name: { S: 'A test item with a name' },
        price: { N: '29.99' },
        createdAt: { S: '2024-05-01T12:00:00.000Z' },
        tags: { L: [{ S: 'a' }, { S: 'b' }] },
        stock: { M: { berlin: { N: '3' }, paris: { N: '12' } } },
      },
    }),
  },
  { operation: 'GetItem', body: (index) => ({ TableName: 'items', Key: { id: idOf(index) } }) },
];

/** One keep-alive connection that sends the next request as soon as the last is answered. */
class Connection {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #answered: ((body: string) => void) | undefined;

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1');
    this.#socket.setNoDelay(true);
    this.#socket.on('data', (chunk) => this.#receive(chunk));
  }

  send(request: Buffer): Promise<string> {
    this.#socket.write(request);
    return new Promise((resolve) => {
      this.#answered = resolve;
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const headEnd = this.#received.indexOf('\r\n\r\n');
    if (headEnd < 0) return;
    const head = this.#received.toString('latin1', 0, headEnd);
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    if (this.#received.length < headEnd + 4 + length) return;
    const body = this.#received.toString('utf8', headEnd + 4, headEnd + 4 + length);
    this.#received = this.#received.subarray(headEnd + 4 + length);
    if (!head.startsWith('HTTP/1.1 200')) throw new Error(`${head}\n${body}`);
    this.#answered?.(body);
  }
}

/** A request with the headers that the AWS SDK for JavaScript sends. */
function requestOf(operation: string, body: object): Buffer {
  const text = JSON.stringify(body);
  return Buffer.from(
    `POST / HTTP/1.1\r\nhost: localhost:8000\r\nx-amz-target: DynamoDB_20120810.${operation}\r\n` +
      'content-type: application/x-amz-json-1.0\r\nx-amz-date: 20240501T120000Z\r\n' +
      'x-amz-user-agent: aws-sdk-js/3.1000.0\r\namz-sdk-request: attempt=1; max=3\r\n' +
      'amz-sdk-invocation-id: 5d1bfa4f-2a0f-4a5b-9a43-0d6f1f7b2b11\r\n' +
      'user-agent: aws-sdk-js/3.1000.0 ua/2.1 os/linux#6.1 lang/js md/nodejs#24.0.0 api/dynamodb#3.1000.0\r\n' +
      `authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20240501/us-east-1/dynamodb/aws4_request, SignedHeaders=host;x-amz-date;x-amz-target, Signature=${'0'.repeat(64)}\r\n` +
      `content-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
}

async function measure(port: number, { operation, body }: Load, durationMs: number): Promise<number> {
  const requests = Array.from({ length: items }, (_, index) => requestOf(operation, body(index)));
  const startedAtMs = performance.now();
  let done = 0;
  const run = async () => {
    const connection = new Connection(port);
    while (performance.now() - startedAtMs < durationMs) {
      const request = requests[done++ % items];
      if (request) await connection.send(request);
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: connections }, run));
  return (done / (performance.now() - startedAtMs)) * 1000;
}

async function bench(kind: 'ours' | 'dynalite'): Promise<void> {
  const server = fork(fileURLToPath(new URL('./dynamodb-server.ts', import.meta.url)), [kind]);
  const port = await new Promise<number>((resolve, reject) => {
    server.once('message', (message) => resolve(Number(message)));
    server.once('exit', (code) => reject(new Error(`${kind} ended with ${code}.`)));
  });
  const setUp = new Connection(port);
  await setUp.send(requestOf('CreateTable', table));
  setUp.close();
  await new Promise((resolve) => setTimeout(resolve, 100));
  for (const load of loads) {
    await measure(port, load, 1000);
    const perSecond = await measure(port, load, seconds * 1000);
    console.log(`${kind.padEnd(10)} ${load.operation.padEnd(8)} ${Math.round(perSecond)} a second`);
  }
  server.removeAllListeners('exit');
  server.kill();
}

await bench('ours');
if (canResolve('dynalite')) await bench('dynalite');
else console.log('dynalite   skipped: it is not installed (set NODE_PATH to a folder that has it)');

function canResolve(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}
