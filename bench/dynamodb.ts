import { setTimeout as sleep } from 'node:timers/promises';
import type { Row, Settings } from './benchmark.ts';
import { createTable, dynamoDbRequest } from './dynamodb-requests.ts';
import { compare, motoEmulator, npmEmulator, ourEmulator, type RunningEmulator } from './emulators.ts';
import { HttpConnection } from './http-connection.ts';
import { HttpLoad } from './load-client.ts';

const items = 10_000;

/** PutItem and GetItem over plain HTTP: our DynamoDB, dynalite, moto. */
export async function dynamoDb(settings: Settings): Promise<Row[]> {
  const { connections } = settings;
  const dynalite = await npmEmulator('dynalite', settings, 'dynalite/cli.js', (port) => ({
    words: ['--port', String(port), '--createTableMs', '0'],
  }));
  return compare(
    settings,
    [ourEmulator('dynamodb'), dynalite, motoEmulator()],
    works().map(({ work, requests }) => ({
      work,
      load: ({ port }) => {
        const request = (index: number) => requests[index % items] ?? Buffer.alloc(0);
        return new HttpLoad({ port, connections, request, status: 200 });
      },
    })),
    prepare,
  );
}

async function prepare({ port }: RunningEmulator): Promise<void> {
  const connection = new HttpConnection(port);
  const { status, body } = await connection.send(createTable('items'));
  connection.close();
  if (status !== 200) throw new Error(`CreateTable was answered with ${status}: ${body}`);
  // dynalite makes the table a little after its answer.
  await sleep(100);
}

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
