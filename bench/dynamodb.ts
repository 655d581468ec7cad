import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Row, rowsOf, type Settings } from './benchmark.ts';
import { createTable, dynamoDbRequest } from './dynamodb-requests.ts';
import { HttpConnection } from './http-connection.ts';
import { HttpLoad, measureLoad } from './load-client.ts';
import { findPeer } from './peers.ts';
import { freePort, listening, type ServerProcess, startModule, startProcess } from './server-process.ts';
import { whereIs } from './where-is.ts';

const items = 10_000;

interface RunningStore {
  process: ServerProcess;
  port: number;
}

/** PutItem and GetItem over plain HTTP: our DynamoDB, dynalite, moto. */
export async function dynamoDb(settings: Settings): Promise<Row[]> {
  const rows = await measure('serverless-patterns', settings, () => startModule('dynamodb'));
  const dynalite = await findPeer('dynalite', settings);
  if (dynalite.kind === 'missing') {
    rows.push({ kind: 'skipped', subject: dynalite.title, reason: dynalite.reason });
  } else {
    const program = path.join(dynalite.directory, 'node_modules/dynalite/cli.js');
    const words = (port: number) => [program, '--port', String(port), '--createTableMs', '0'];
    rows.push(
      ...(await measure(dynalite.title, settings, () => startStore('dynalite', process.execPath, words))),
    );
  }
  const moto = whereIs('moto_server');
  if (moto) {
    const words = (port: number) => ['-H', '127.0.0.1', '-p', String(port)];
    rows.push(...(await measure('moto_server', settings, () => startStore('moto_server', moto, words))));
  } else {
    rows.push({ kind: 'skipped', subject: 'moto_server', reason: 'it is not on this machine' });
  }
  return rows;
}

async function startStore(
  name: string,
  command: string,
  words: (port: number) => string[],
): Promise<RunningStore> {
  const port = await freePort();
  const store = startProcess({ name, command, arguments: words(port) });
  try {
    await listening(store, port);
  } catch (error) {
    await store.stop();
    throw error;
  }
  return { process: store, port };
}

const measure = (subject: string, settings: Settings, startIt: () => Promise<RunningStore>): Promise<Row[]> =>
  rowsOf(subject, settings, async () => {
    settings.progress(`  ${subject}`);
    const store = await startIt();
    await using server = store.process;
    const connection = new HttpConnection(store.port);
    const { status, body } = await connection.send(createTable('items'));
    connection.close();
    if (status !== 200) throw new Error(`CreateTable was answered with ${status}: ${body}`);
    // dynalite makes the table a little after its answer.
    await sleep(100);
    const rows: Row[] = [];
    for (const { work, requests } of works()) {
      const request = (index: number) => requests[index % items] ?? Buffer.alloc(0);
      using load = new HttpLoad({
        port: store.port,
        connections: settings.connections,
        request,
        status: 200,
      });
      rows.push({ kind: 'measured', subject, work, figures: await measureLoad(settings, [server], load) });
    }
    return rows;
  });

function works(): { work: string; requests: Buffer[] }[] {
  const idOf = (index: number) => ({ S: `item-${index}` });
  const each = (request: (index: number) => Buffer) =>
    Array.from({ length: items }, (_, index) => request(index));
  return [
    {
      work: 'PutItem',
      requests: each((index) =>
        dynamoDbRequest('PutItem', {
          TableName: 'items',
          Item: {
            id: idOf(index),
            name: { S: 'A test item with a name' },
            price: { N: '29.99' },
            createdAt: { S: '2026-01-01T12:00:00.000Z' },
            tags: { L: [{ S: 'a' }, { S: 'b' }] },
            stock: { M: { berlin: { N: '3' }, paris: { N: '12' } } },
          },
        }),
      ),
    },
    {
      work: 'GetItem',
      requests: each((index) => dynamoDbRequest('GetItem', { TableName: 'items', Key: { id: idOf(index) } })),
    },
  ];
}
