import { createHmac } from 'node:crypto';
import { keysOf } from '../src/local/azure/cosmos/terraform.ts';
import { accountId } from '../src/local/azure/cosmos/test-account.ts';
import { type Row, rowsOf, type Settings } from './benchmark.ts';
import { HttpConnection, httpRequest } from './http-connection.ts';
import { HttpLoad, measureLoad } from './load-client.ts';
import { startModule } from './server-process.ts';

const subject = 'serverless-patterns';
const documents = '/dbs/db/colls/items/docs';
const partition = { 'x-ms-documentdb-partitionkey': '["p"]' };
const filler = 'x'.repeat(700);

/** Requests to our Cosmos DB over plain HTTP; signed ones show what checking a key costs. */
export const cosmos = (settings: Settings): Promise<Row[]> =>
  rowsOf(subject, settings, async () => {
    const started = await startModule('cosmos');
    await using server = started.process;
    const { port } = started;
    const connection = new HttpConnection(port);
    const { status, body } = await connection.send(create('seed'));
    connection.close();
    if (status !== 201) throw new Error(`The first item was answered with ${status}: ${body}`);
    const rows: Row[] = [];
    for (const { work, status, request } of works()) {
      settings.progress(`  ${work}`);
      using load = new HttpLoad({ port, connections: settings.connections, request, status });
      rows.push({ kind: 'measured', subject, work, figures: await measureLoad(settings, [server], load) });
    }
    return rows;
  });

interface Work {
  work: string;
  status: number;
  request(index: number): Buffer;
}

function works(): Work[] {
  const get = (id: string, headers: Record<string, string>) =>
    httpRequest({ method: 'GET', path: `${documents}/${id}`, headers });
  const read = get('seed', partition);
  const signedRead = get('seed', { ...partition, ...signature('get', 'seed', new Date()) });
  const missing = get('none', partition);
  const replace = httpRequest({
    method: 'PUT',
    path: `${documents}/seed`,
    headers: partition,
    body: item('seed'),
  });
  const run = query();
  let created = 0;
  return [
    { work: 'point read', status: 200, request: () => read },
    { work: 'signed point read', status: 200, request: () => signedRead },
    // Warm-up and measurement count on from each other, as no id can be created twice.
    { work: 'create', status: 201, request: () => create(`item-${created++}`) },
    { work: 'replace', status: 200, request: () => replace },
    { work: 'query, page of 10 of 1 KB', status: 200, request: () => run },
    { work: 'not found', status: 404, request: () => missing },
  ];
}

const item = (id: string) =>
  JSON.stringify({ id, pk: 'p', name: 'Road bicycle', price: 29.99, tags: ['a', 'b'], filler });

const create = (id: string) =>
  httpRequest({ method: 'POST', path: documents, headers: partition, body: item(id) });

const query = () =>
  httpRequest({
    method: 'POST',
    path: documents,
    headers: {
      ...partition,
      'x-ms-documentdb-isquery': 'true',
      'content-type': 'application/query+json',
      'x-ms-max-item-count': '10',
    },
    body: JSON.stringify({
      query: 'SELECT * FROM c WHERE c.price > @price',
      parameters: [{ name: '@price', value: 10 }],
    }),
  });

/** https://learn.microsoft.com/en-us/rest/api/cosmos-db/access-control-on-cosmosdb-resources */
function signature(method: string, id: string, at: Date): Record<string, string> {
  const date = at.toUTCString();
  const text = `${method}\ndocs\ndbs/db/colls/items/docs/${id}\n${date.toLowerCase()}\n\n`;
  const key = Buffer.from(keysOf(accountId).primary, 'base64');
  const signed = createHmac('sha256', key).update(text).digest('base64');
  return { 'x-ms-date': date, authorization: encodeURIComponent(`type=master&ver=1.0&sig=${signed}`) };
}
