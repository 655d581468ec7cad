// Every driver of the idempotency middleware keeps the same promises, each against its own store through the vendor's SDK.
import { Readable } from 'node:stream';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fixture } from '../src/local/aws/dynamodb/dynamodb-fixture.ts';
import { serve, testClient, testCosmos } from '../src/local/azure/cosmos/test-account.ts';
import { createTestBed } from '../src/local/gcp/firestore/test-bed.ts';
import { cosmosIdempotencyStore } from '../src/middleware/idempotency/cosmos.ts';
import { dynamoIdempotencyStore } from '../src/middleware/idempotency/dynamodb.ts';
import { firestoreIdempotencyStore } from '../src/middleware/idempotency/firestore.ts';
import type { IdempotencyRecord, IdempotencyStore } from '../src/middleware/idempotency/idempotency.ts';
import { memoryIdempotencyStore } from '../src/middleware/idempotency/memory.ts';

interface OpenStore {
  store: IdempotencyStore;
  close(): Promise<void>;
}

async function dynamoDb(): Promise<OpenStore> {
  const { call } = fixture();
  call('CreateTable', {
    TableName: 'records',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
  });
  const client = new DynamoDBClient({
    region: 'eu-central-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    requestHandler: {
      async handle(request: { headers: Record<string, string>; body?: Uint8Array }) {
        const operation = request.headers['x-amz-target']?.split('.')[1] ?? '';
        const { code, ...members } = call(
          operation,
          JSON.parse(Buffer.from(request.body ?? []).toString()) as object,
        );
        const body = JSON.stringify(code === undefined ? members : { __type: code, ...members });
        const headers = { 'content-type': 'application/x-amz-json-1.0' };
        return {
          response: { statusCode: code === undefined ? 200 : 400, headers, body: Readable.from([body]) },
        };
      },
    },
  });
  return {
    store: dynamoIdempotencyStore(DynamoDBDocumentClient.from(client), 'records'),
    close: async () => client.destroy(),
  };
}

async function cosmos(): Promise<OpenStore> {
  const local = testCosmos();
  local.createContainer({
    name: 'records',
    partitionKey: { paths: ['/id'], kind: 'Hash', version: 2 },
    defaultTtlSeconds: -1,
  });
  const server = await serve((request) => local.cosmos.handle(request));
  const container = testClient(server.url).database('db').container('records');
  return { store: cosmosIdempotencyStore(container), close: () => server.close() };
}

async function firestore(): Promise<OpenStore> {
  const bed = await createTestBed();
  const database = bed.sdk();
  return {
    store: firestoreIdempotencyStore(database, database.collection('records')),
    close: () => bed.close(),
  };
}

const memory = async (): Promise<OpenStore> => ({
  store: memoryIdempotencyStore(),
  close: async () => undefined,
});

describe.each([
  ['DynamoDB', dynamoDb],
  ['Cosmos DB', cosmos],
  ['Firestore', firestore],
  ['memory', memory],
])('the store in %s', (_, open) => {
  let opened: OpenStore;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.close());

  // The stores' own clocks stand in 2024 or later; records must not expire by them.
  const nowMs = Date.UTC(2040, 0, 1);
  const record = (id: string, owner: string, atMs = nowMs): IdempotencyRecord => ({
    id,
    status: 'in-progress',
    owner,
    payloadHash: `hash of ${owner}`,
    leaseExpiresAtMs: atMs + 30_000,
    expiresAtMs: atMs + 3_600_000,
  });
  const complete = (of: IdempotencyRecord, result: string) =>
    opened.store.complete({ ...of, status: 'completed', result });

  test('the first begins, the second sees it', async () => {
    const first = record('seen', 'first');
    expect(await opened.store.begin(first, nowMs)).toBeUndefined();
    expect(await opened.store.begin(record('seen', 'second'), nowMs + 1)).toMatchObject(first);
  });

  test('of those that begin at the same time one wins', async () => {
    const owners = ['a', 'b', 'c', 'd', 'e'];
    const standing = await Promise.all(
      owners.map((owner) => opened.store.begin(record('race', owner), nowMs)),
    );
    expect(standing.filter((one) => one === undefined)).toHaveLength(1);
    const winners = new Set(standing.filter((one) => one !== undefined).map(({ owner }) => owner));
    expect(winners.size).toBe(1);
  });

  test('a result stands until it expires', async () => {
    const first = record('result', 'first');
    await opened.store.begin(first, nowMs);
    expect(await complete(first, '{"n":1}')).toBe(true);
    const later = nowMs + 3_599_999;
    expect(await opened.store.begin(record('result', 'second', later), later)).toMatchObject({
      status: 'completed',
      result: '{"n":1}',
      payloadHash: 'hash of first',
    });
    expect(await opened.store.begin(record('result', 'third', later + 1), later + 1)).toBeUndefined();
  });

  test('a lease that is over is taken over, and its old owner can do no more', async () => {
    const dead = record('lease', 'dead');
    await opened.store.begin(dead, nowMs);
    const later = nowMs + 30_000;
    const heir = record('lease', 'heir', later);
    expect(await opened.store.begin(record('lease', 'early'), later - 1)).toMatchObject({ owner: 'dead' });
    expect(await opened.store.begin(heir, later)).toBeUndefined();
    expect(await complete(dead, '"late"')).toBe(false);
    await opened.store.release(dead);
    expect(await complete(heir, '"good"')).toBe(true);
    expect(await opened.store.begin(record('lease', 'next'), later)).toMatchObject({ result: '"good"' });
  });

  test('what is released can begin again', async () => {
    const first = record('released', 'first');
    await opened.store.begin(first, nowMs);
    await opened.store.release(first);
    expect(await opened.store.begin(record('released', 'second'), nowMs)).toBeUndefined();
  });
});
