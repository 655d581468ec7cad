import path from 'node:path';
import { DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, expect, test } from 'vitest';
import { findPattern } from '../src/catalog/catalog.ts';
import { virtualClock } from '../src/local/engine/clock.ts';
import { type LocalCloud, startLocalCloud } from '../src/local/local-cloud.ts';
import { buildPackage } from '../src/package/function-packages.ts';
import { eventually } from './support/eventually.ts';

const startMs = Date.UTC(2030, 0, 1);
const dayMs = 24 * 3600 * 1000;
const folder = findPattern('01');

let cloud: LocalCloud | undefined;
afterEach(async () => {
  await cloud?.close();
  cloud = undefined;
});

async function start(variables: Record<string, unknown> = {}): Promise<LocalCloud> {
  await buildPackage(folder.name, 'aws');
  cloud = await startLocalCloud({
    cloud: 'aws',
    directory: path.join(folder.directory, 'aws'),
    variables,
    virtualClock: virtualClock(startMs),
    seed: 1,
  });
  return cloud;
}

test('a function sees the time of the run', async () => {
  const { entrances } = await start();
  const headers = { 'content-type': 'application/json' };
  const create = async () =>
    (await (
      await fetch(`${entrances[0]?.url}/items`, { method: 'POST', headers, body: '{"name":"x","price":1}' })
    ).json()) as {
      createdAt: string;
    };
  expect((await create()).createdAt).toMatch(/^2030-01-01T00:00:/);
  cloud?.advance(90 * dayMs);
  expect((await create()).createdAt).toMatch(/^2030-04-01T00:00:/);
});

test('the keep-warm schedule fires every five minutes', async () => {
  const { logs } = await start({ keep_warm: true });
  const calls = () =>
    logs.entries().filter(({ message }) => message.includes('"route":"GET /keep-warm"')).length;
  expect(calls()).toBe(0);
  cloud?.advance(5 * 60_000);
  await eventually(() => calls() === 1);
  cloud?.advance(5 * 60_000);
  await eventually(() => calls() === 2);
});

test('an idempotency record is deleted some time after it expires', async () => {
  const { endpoints } = await start();
  const client = new DynamoDBClient({
    endpoint: endpoints[0]?.environment.AWS_ENDPOINT_URL ?? '',
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const TableName = 'acme-dev-rest-api-backend-idempotency';
  const expiresAt = String(startMs / 1000 + 3600);
  await client.send(new PutItemCommand({ TableName, Item: { id: { S: 'a' }, expiresAt: { N: expiresAt } } }));
  const count = async () => (await client.send(new ScanCommand({ TableName }))).Count;
  cloud?.advance(3599_000);
  expect(await count()).toBe(1);
  cloud?.advance(2 * dayMs);
  expect(await count()).toBe(0);
  client.destroy();
});
