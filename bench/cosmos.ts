/**
 * How many requests per second the local Cosmos DB answers over plain HTTP on 10 kept-alive connections, client and
 * server in one process: `node bench/cosmos.ts`. Requests are anonymous, so that signing them, which is the
 * client's work, is not measured; `signed read` shows what checking a key costs the server.
 */
import { createHmac } from 'node:crypto';
import { Agent, request } from 'node:http';
import { keysOf } from '../src/local/azure/cosmos/terraform.ts';
import { accountId, serve, testCosmos } from '../src/local/azure/cosmos/test-account.ts';

const connections = 10;
const durationMs = 2000;

interface Call {
  method: string;
  path: string;
  headers?: Record<string, string>;
  body?: string;
}

const { cosmos, createContainer } = testCosmos({ cosmos: { trustAnonymous: true } });
createContainer({ throughput: { kind: 'manual', ruPerSecond: 1_000_000_000 } });
const server = await serve(cosmos.handle);
const { port } = new URL(server.url);
const agent = new Agent({ keepAlive: true, maxSockets: connections });

function send({ method, path, headers = {}, body }: Call): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ port, agent, method, path, headers }, (response) => {
      response.on('data', () => {});
      response.on('end', () => resolve(response.statusCode ?? 0));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

async function measure(name: string, expected: number, call: (index: number) => Call): Promise<void> {
  let count = 0;
  const startMs = performance.now();
  const worker = async () => {
    while (performance.now() - startMs < durationMs) {
      const status = await send(call(count++));
      if (status !== expected) throw new Error(`${name}: expected ${expected}, got ${status}`);
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  const perSecond = count / ((performance.now() - startMs) / 1000);
  console.log(`${name.padEnd(28)} ${Math.round(perSecond).toLocaleString('en').padStart(8)} /s`);
}

const docs = '/dbs/db/colls/items/docs';
const key = { 'x-ms-documentdb-partitionkey': '["p"]' };
const filler = 'x'.repeat(700);
const item = (id: string) =>
  JSON.stringify({ id, pk: 'p', name: 'Road bicycle', price: 29.99, tags: ['a', 'b'], filler });
const query = JSON.stringify({
  query: 'SELECT * FROM c WHERE c.price > @price',
  parameters: [{ name: '@price', value: 10 }],
});
const queryHeaders = {
  ...key,
  'x-ms-documentdb-isquery': 'true',
  'content-type': 'application/query+json',
  'x-ms-max-item-count': '10',
};
const date = new Date().toUTCString();
const signature = createHmac('sha256', Buffer.from(keysOf(accountId).primary, 'base64'))
  .update(`get\ndocs\ndbs/db/colls/items/docs/seed\n${date.toLowerCase()}\n\n`)
  .digest('base64');
const signed = {
  ...key,
  'x-ms-date': date,
  authorization: encodeURIComponent(`type=master&ver=1.0&sig=${signature}`),
};

await send({ method: 'POST', path: docs, headers: key, body: item('seed') });
await measure('point read', 200, () => ({ method: 'GET', path: `${docs}/seed`, headers: key }));
await measure('signed point read', 200, () => ({ method: 'GET', path: `${docs}/seed`, headers: signed }));
await measure('create', 201, (index) => ({
  method: 'POST',
  path: docs,
  headers: key,
  body: item(`i${index}`),
}));
await measure('replace', 200, () => ({
  method: 'PUT',
  path: `${docs}/seed`,
  headers: key,
  body: item('seed'),
}));
await measure('query, page of 10 of 1 KB', 200, () => ({
  method: 'POST',
  path: docs,
  headers: queryHeaders,
  body: query,
}));
await measure('not found', 404, () => ({ method: 'GET', path: `${docs}/none`, headers: key }));
agent.destroy();
await server.close();
