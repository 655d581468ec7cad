/** A DynamoDB over plain HTTP in a process of its own: `ours` or `dynalite`. Tells its port over IPC. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { createDynamoDb } from '../src/local/aws/dynamodb/index.ts';
import { jsonHandler } from '../src/local/aws/protocol-json.ts';
import { realClock } from '../src/local/engine/clock.ts';
import { Meter } from '../src/local/engine/meter.ts';
import { seededRandom } from '../src/local/engine/random.ts';
import type { WireResponse } from '../src/local/engine/wire.ts';

function ours(): Server {
  const principal = {
    kind: 'administrator',
    arn: 'arn:aws:iam::123456789012:root',
    accountId: '123456789012',
  } as const;
  const dynamoDb = createDynamoDb({
    accountId: principal.accountId,
    region: 'us-east-1',
    partition: 'aws',
    clock: realClock,
    meter: new Meter(),
    random: seededRandom(1),
  });
  let calls = 0;
  const handle = jsonHandler([dynamoDb], {
    identify: () => principal,
    authorise: () => {},
    requestId: () => String(calls++).padStart(52, '0'),
    onUnexpectedError: (error) => console.error(error),
  });
  return createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => send(response, await handle(wireRequest(request, chunks))));
  });
}

function wireRequest(request: IncomingMessage, chunks: Buffer[]) {
  const [path = '/', query = ''] = (request.url ?? '/').split('?');
  const body = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
  const host = (request.headers.host ?? '').split(':')[0] ?? '';
  return { method: request.method ?? 'GET', host, path, query, headers: request.headers, body };
}

function send(response: ServerResponse, { status, headers, body }: WireResponse): void {
  if (typeof body !== 'string') throw new Error('DynamoDB answers text.');
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

const kind = process.argv[2];
const server: Server =
  kind === 'dynalite'
    ? createRequire(import.meta.url)('dynalite')({ createTableMs: 0, deleteTableMs: 0 })
    : ours();
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.send?.(port);
});
