// What @azure/cosmos does with the local service, over HTTP and signed with the account key. Long, because every
// operation of the SDK is driven once, with one set-up.

import {
  ChangeFeedStartFrom,
  type OperationInput,
  type PatchOperation,
  type Container as SdkContainer,
} from '@azure/cosmos';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { serve, testClient, testCosmos } from './test-account.ts';

let server: Awaited<ReturnType<typeof serve>>;
let local: ReturnType<typeof testCosmos>;
let items: SdkContainer;
let requests: string[];

beforeEach(async () => {
  local = testCosmos();
  local.createContainer();
  requests = [];
  server = await serve((request) => {
    const answer = local.cosmos.handle(request);
    requests.push(`${request.method} ${request.path}`);
    return answer;
  });
  items = testClient(server.url).database('db').container('items');
});
afterEach(() => server.close());

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => 'succeeded',
    (error: { code?: unknown; message: string }) => [error.code, error.message.split('\r\n')[0]],
  );

async function seed() {
  await items.items.create({ id: '1', pk: 'a', n: 1, tags: ['x'] });
  await items.items.create({ id: '2', pk: 'a', n: 5, tags: ['x', 'y'] });
  await items.items.create({ id: '3', pk: 'b', n: 3, tags: [] });
  await items.items.create({ id: '4', pk: 'b' });
}

describe('items', () => {
  test('create gives the item with its system properties and charge', async () => {
    const created = await items.items.create({ id: '1', pk: 'a', name: 'Road bike' });
    expect(created.statusCode).toBe(201);
    expect(created.resource).toMatchObject({ id: '1', name: 'Road bike', _attachments: 'attachments/' });
    expect(created.resource?._self).toBe(`dbs/AAAAAQ==/colls/AAAAAYAAAAE=/docs/${created.resource?._rid}/`);
    expect(created.etag).toBe(created.resource?._etag);
    // 4.95 RU for up to 1 KB and 0.2 for each of three terms.
    expect(created.requestCharge).toBe(5.55);
    expect(created.headers['x-ms-session-token']).toBe('0:-1#1');
  });

  test('a second create of the same id in the same partition is a conflict', async () => {
    await items.items.create({ id: '1', pk: 'a' });
    expect(await failure(items.items.create({ id: '1', pk: 'a' }))).toEqual([
      409,
      'Entity with the specified id already exists in the system.',
    ]);
    expect((await items.items.create({ id: '1', pk: 'b' })).statusCode).toBe(201);
  });

  test('read, and read of what is not there', async () => {
    await items.items.create({ id: 'a b/ü'.replace('/', '-'), pk: 'ü', n: 1 });
    const found = await items.item('a b-ü', 'ü').read();
    expect(found.resource).toMatchObject({ n: 1 });
    expect(found.requestCharge).toBe(1);
    const missing = await items.item('none', 'a').read();
    expect([missing.statusCode, missing.resource]).toEqual([404, undefined]);
    expect(missing.requestCharge).toBe(1);
    const notModified = await items
      .item('a b-ü', 'ü')
      .read({ accessCondition: { type: 'IfNoneMatch', condition: found.etag } });
    expect(notModified.statusCode).toBe(304);
  });

  test('replace and delete keep to the etag', async () => {
    const { etag } = await items.items.create({ id: '1', pk: 'a', n: 1 });
    const match = (condition: string) => ({ accessCondition: { type: 'IfMatch', condition } });
    const replaced = await items.item('1', 'a').replace({ id: '1', pk: 'a', n: 2 }, match(etag));
    expect(replaced.resource).toMatchObject({ n: 2 });
    expect(replaced.etag).not.toBe(etag);
    const stale = [
      412,
      'Operation cannot be performed because one of the specified precondition is not met.',
    ];
    expect(await failure(items.item('1', 'a').replace({ id: '1', pk: 'a', n: 3 }, match(etag)))).toEqual(
      stale,
    );
    expect(await failure(items.item('1', 'a').delete(match(etag)))).toEqual(stale);
    expect((await items.item('1', 'a').delete(match(replaced.etag))).statusCode).toBe(204);
    expect((await items.item('1', 'a').read()).statusCode).toBe(404);
    expect(await failure(items.item('1', 'a').delete())).toEqual([
      404,
      'Entity with the specified id does not exist in the system. More info: https://aka.ms/cosmosdb-tsg-not-found',
    ]);
  });

  test('upsert creates, then replaces', async () => {
    expect((await items.items.upsert({ id: '1', pk: 'a', n: 1 })).statusCode).toBe(201);
    expect((await items.items.upsert({ id: '1', pk: 'a', n: 2 })).statusCode).toBe(200);
    expect((await items.item('1', 'a').read()).resource).toMatchObject({ n: 2 });
  });

  test('patch', async () => {
    await items.items.create({
      id: '1',
      pk: 'a',
      color: 'red',
      price: 10,
      stock: { count: 5 },
      used: true,
      tags: ['r'],
    });
    // The SDK's types do not know `move` yet; the service does.
    const move: object = { op: 'move', from: '/color', path: '/stock/color' };
    const { resource } = await items
      .item('1', 'a')
      .patch([
        { op: 'add', path: '/name', value: 'bike' },
        { op: 'remove', path: '/used' },
        { op: 'set', path: '/price', value: 12.5 },
        { op: 'incr', path: '/stock/count', value: 10 },
        { op: 'add', path: '/tags/-', value: 'new' },
        move as PatchOperation,
      ]);
    expect(resource).toMatchObject({
      name: 'bike',
      price: 12.5,
      stock: { count: 15, color: 'red' },
      tags: ['r', 'new'],
    });
    expect(resource).not.toHaveProperty('used');
    expect(resource).not.toHaveProperty('color');
    const withCondition = (condition: string) =>
      items.item('1', 'a').patch({ condition, operations: [{ op: 'incr', path: '/price', value: 1 }] });
    expect((await withCondition('from c where c.stock.count = 15')).resource).toMatchObject({ price: 13.5 });
    expect(await failure(withCondition('from c where c.stock.count = 16'))).toEqual([
      412,
      expect.any(String),
    ]);
    expect(await failure(items.item('1', 'a').patch([{ op: 'replace', path: '/none', value: 1 }]))).toEqual([
      400,
      expect.stringContaining('For Operation(1): Replace can only be done on an element that exists.'),
    ]);
    expect(await failure(items.item('1', 'a').patch([{ op: 'set', path: '/pk', value: 'b' }]))).toEqual([
      400,
      expect.stringContaining('The partition key property can not be changed by a patch.'),
    ]);
  });

  test('what may not be stored', async () => {
    expect(await failure(items.items.create({ id: '1', pk: 'a', big: 'x'.repeat(2 * 1024 * 1024) }))).toEqual(
      [413, expect.stringContaining('Request size is too large')],
    );
    expect(await failure(items.items.create({ id: 'x'.repeat(1024), pk: 'a' }))).toEqual([
      400,
      expect.any(String),
    ]);
    expect(await failure(items.items.create({ id: '1', pk: 'a', ttl: 0 }))).toEqual([
      400,
      expect.stringContaining("The input ttl '0' is invalid"),
    ]);
    expect(await failure(items.item('1', 'b').replace({ id: '1', pk: 'a' }))).toEqual([
      400,
      expect.stringContaining(
        "PartitionKey extracted from document doesn't match the one specified in the header",
      ),
    ]);
  });

  test('items without a partition key value, and with null', async () => {
    await items.items.create({ id: '1', n: 1 });
    await items.items.create({ id: '1', pk: null, n: 2 });
    expect((await items.item('1', undefined).read()).resource).toMatchObject({ n: 1 });
    expect((await items.item('1', null).read()).resource).toMatchObject({ n: 2 });
  });
});

describe('queries', () => {
  const all = async (query: string, partitionKey?: string) =>
    (await items.items.query(query, partitionKey === undefined ? {} : { partitionKey }).fetchAll()).resources;

  // The same answers must come from one partition, where the service does all the work, and from all, where the
  // SDK follows the query plan.
  test.each<[string, unknown[], unknown[]]>([
    ['SELECT VALUE c.id FROM c', ['1', '2'], ['1', '2', '3', '4']],
    ['SELECT VALUE c.id FROM c WHERE c.n > 1', ['2'], ['2', '3']],
    ['SELECT VALUE c.id FROM c ORDER BY c.n DESC', ['2', '1'], ['2', '3', '1']],
    [
      'SELECT c.id, c.n FROM c WHERE c.n < 5 ORDER BY c.n',
      [{ id: '1', n: 1 }],
      [
        { id: '1', n: 1 },
        { id: '3', n: 3 },
      ],
    ],
    ['SELECT TOP 1 VALUE c.id FROM c ORDER BY c.n DESC', ['2'], ['2']],
    ['SELECT VALUE c.id FROM c ORDER BY c.n OFFSET 1 LIMIT 1', ['2'], ['3']],
    ['SELECT VALUE c.id FROM c OFFSET 1 LIMIT 2', ['2'], ['2', '3']],
    ['SELECT VALUE COUNT(1) FROM c', [2], [4]],
    ['SELECT VALUE SUM(c.n) FROM c', [6], [9]],
    ['SELECT VALUE AVG(c.n) FROM c', [3], [3]],
    ['SELECT VALUE MIN(c.n) FROM c', [1], [1]],
    ['SELECT VALUE MAX(c.pk) FROM c', ['a'], ['b']],
    ['SELECT VALUE AVG(c.pk) FROM c', [], []],
    ['SELECT COUNT(1) AS n, MAX(c.n) AS most FROM c', [{ n: 2, most: 5 }], [{ n: 4, most: 5 }]],
    [
      'SELECT c.pk, COUNT(1) AS n FROM c GROUP BY c.pk',
      [{ pk: 'a', n: 2 }],
      [
        { pk: 'a', n: 2 },
        { pk: 'b', n: 2 },
      ],
    ],
    ['SELECT VALUE c.pk FROM c GROUP BY c.pk', ['a'], ['a', 'b']],
    ['SELECT DISTINCT VALUE t FROM c JOIN t IN c.tags', ['x', 'y'], ['x', 'y']],
  ])('%s', async (query, ofPartition, ofAll) => {
    await seed();
    expect(await all(query, 'a')).toEqual(ofPartition);
    expect(await all(query)).toEqual(ofAll);
  });

  test('a partition key in WHERE routes the query to its partition', async () => {
    await seed();
    expect(await all('SELECT VALUE c.id FROM c WHERE c.pk = "b" ORDER BY c.n')).toEqual(['3']);
    // The plan that the SDK always asks for, and one query: no ranges, no second query.
    expect(requests.filter((request) => request.includes('pkranges'))).toEqual([]);
  });

  test('pages with a continuation token', async () => {
    for (let n = 0; n < 7; n++) await items.items.create({ id: `${n}`, pk: 'a', n: n % 3, tags: ['x', 'y'] });
    for (const query of [
      'SELECT VALUE c.id FROM c',
      'SELECT VALUE c.id FROM c ORDER BY c.n DESC',
      'SELECT VALUE CONCAT(c.id, t) FROM c JOIN t IN c.tags',
      'SELECT DISTINCT VALUE c.id FROM c',
      'SELECT VALUE c.id FROM c OFFSET 2 LIMIT 4',
    ]) {
      const expected = await all(query, 'a');
      const pages: unknown[][] = [];
      let continuationToken: string | undefined;
      do {
        const options = {
          partitionKey: 'a',
          maxItemCount: 3,
          ...(continuationToken && { continuationToken }),
        };
        const page = await items.items.query(query, options).fetchNext();
        pages.push(page.resources);
        continuationToken = page.continuationToken;
      } while (continuationToken);
      expect(pages.flat()).toEqual(expected);
      expect(pages.length).toBe(Math.ceil(expected.length / 3));
    }
  });

  test('a sorted page goes on after the last key, whatever was written in between', async () => {
    for (const n of [10, 20, 30]) await items.items.create({ id: `${n}`, pk: 'a', n });
    const query = 'SELECT VALUE c.n FROM c ORDER BY c.n';
    const first = await items.items.query(query, { partitionKey: 'a', maxItemCount: 2 }).fetchNext();
    await items.items.create({ id: '5', pk: 'a', n: 5 });
    await items.items.create({ id: '25', pk: 'a', n: 25 });
    const token = first.continuationToken ?? '';
    const rest = await items.items.query(query, { partitionKey: 'a', continuationToken: token }).fetchAll();
    expect([first.resources, rest.resources]).toEqual([
      [10, 20],
      [25, 30],
    ]);
  });

  test('what the indexes cannot sort is refused', async () => {
    await seed();
    expect(await failure(all('SELECT * FROM c ORDER BY c.n, c.id', 'a'))).toEqual([
      400,
      expect.stringContaining('does not have a corresponding composite index'),
    ]);
    expect(await failure(all('SELECT * FROM c ORDER BY UPPER(c.id)', 'a'))).toEqual([
      400,
      expect.stringContaining('could not be mapped to a document path'),
    ]);
    local.createContainer({
      name: 'indexed',
      indexingPolicy: {
        indexingMode: 'consistent',
        automatic: true,
        includedPaths: [{ path: '/*' }],
        excludedPaths: [{ path: '/blob/*' }],
        compositeIndexes: [
          [
            { path: '/n', order: 'ascending' },
            { path: '/id', order: 'descending' },
          ],
        ],
      },
    });
    items = testClient(server.url).database('db').container('indexed');
    await seed();
    expect(await all('SELECT VALUE c.id FROM c ORDER BY c.n, c.id DESC', 'a')).toEqual(['1', '2']);
    expect(await all('SELECT VALUE c.id FROM c ORDER BY c.n DESC, c.id ASC')).toEqual(['2', '3', '1', '4']);
    expect(await failure(all('SELECT * FROM c ORDER BY c.blob.x', 'a'))).toEqual([
      400,
      expect.stringContaining('order-by item is excluded'),
    ]);
  });

  test('a syntax error tells where', async () => {
    expect(await failure(all('SELECT FROM c', 'a'))).toEqual([
      400,
      'Message: {"errors":[{"severity":"Error","location":{"start":7,"end":11},"code":"SC1001","message":"Syntax error, incorrect syntax near \'FROM\'."}]}',
    ]);
  });

  test('the charge grows with what is loaded', async () => {
    await seed();
    const charge = async (query: string) =>
      (await items.items.query(query, { partitionKey: 'a' }).fetchAll()).requestCharge;
    const one = await charge('SELECT * FROM c WHERE c.id = "1"');
    const both = await charge('SELECT * FROM c');
    // A filter that no index serves loads every item.
    const scan = await charge('SELECT * FROM c WHERE LENGTH(c.id) > 5');
    expect(one).toBeGreaterThan(2.3);
    expect(both).toBeGreaterThan(one);
    expect(scan).toBe(both);
  });
});

describe('batches', () => {
  test('all operations of a transactional batch take effect together', async () => {
    await items.items.create({ id: '1', pk: 'a', n: 1 });
    const operations: OperationInput[] = [
      { operationType: 'Create', resourceBody: { id: '2', pk: 'a' } },
      { operationType: 'Upsert', resourceBody: { id: '3', pk: 'a' } },
      {
        operationType: 'Patch',
        id: '1',
        resourceBody: { operations: [{ op: 'incr', path: '/n', value: 1 }] },
      },
      { operationType: 'Replace', id: '2', resourceBody: { id: '2', pk: 'a', n: 2 } },
      { operationType: 'Read', id: '2' },
      { operationType: 'Delete', id: '3' },
    ];
    const { code, result } = await items.items.batch(operations, 'a');
    expect(code).toBe(200);
    expect(result?.map(({ statusCode }) => statusCode)).toEqual([201, 201, 200, 200, 200, 204]);
    expect(result?.[4]?.resourceBody).toMatchObject({ id: '2', n: 2 });
    expect((await items.item('1', 'a').read()).resource).toMatchObject({ n: 2 });
  });

  test('one failure takes all back', async () => {
    await items.items.create({ id: '1', pk: 'a', n: 1 });
    const operations: OperationInput[] = [
      { operationType: 'Delete', id: '1' },
      { operationType: 'Create', resourceBody: { id: '2', pk: 'a' } },
      { operationType: 'Create', resourceBody: { id: '2', pk: 'a' } },
      { operationType: 'Create', resourceBody: { id: '4', pk: 'a' } },
    ];
    const { code, result } = await items.items.batch(operations, 'a');
    expect(code).toBe(207);
    expect(result?.map(({ statusCode }) => statusCode)).toEqual([424, 424, 409, 424]);
    expect((await items.item('1', 'a').read()).statusCode).toBe(200);
    expect((await items.item('2', 'a').read()).statusCode).toBe(404);
  });

  test('an item of another partition fails the batch', async () => {
    const { result } = await items.items.batch(
      [{ operationType: 'Create', resourceBody: { id: '1', pk: 'b' } }],
      'a',
    );
    expect(result?.[0]).toMatchObject({ statusCode: 400, subStatusCode: 1001 });
  });

  test('bulk operations stand each for themselves', async () => {
    const results = await items.items.executeBulkOperations([
      { operationType: 'Create', partitionKey: 'a', resourceBody: { id: '1', pk: 'a' } },
      { operationType: 'Create', partitionKey: 'a', resourceBody: { id: '1', pk: 'a' } },
      { operationType: 'Upsert', partitionKey: 'b', resourceBody: { id: '1', pk: 'b' } },
      { operationType: 'Read', partitionKey: 'b', id: '1' },
      { operationType: 'Delete', partitionKey: 'b', id: 'none' },
    ]);
    expect(results.map(({ response, error }) => response?.statusCode ?? error?.code)).toEqual([
      201, 409, 201, 200, 404,
    ]);
  });
});

describe('change feed', () => {
  async function pages(options: Parameters<SdkContainer['items']['getChangeFeedIterator']>[0]) {
    const iterator = items.items.getChangeFeedIterator(options);
    const found: string[][] = [];
    let continuation = '';
    for (;;) {
      const page = await iterator.readNext();
      continuation = page.continuationToken;
      if (page.statusCode === 304) return { found, continuation };
      found.push(page.result.map((item: { id: string }) => item.id));
    }
  }

  test('gives the latest version of each item once, in the order of the changes', async () => {
    await seed();
    await items.items.upsert({ id: '1', pk: 'a', n: 9 });
    await items.item('2', 'a').delete();
    const { found, continuation } = await pages({
      changeFeedStartFrom: ChangeFeedStartFrom.Beginning(),
      maxItemCount: 2,
    });
    expect(found).toEqual([['3', '4'], ['1']]);
    await items.items.create({ id: '5', pk: 'c' });
    const later = await pages({ changeFeedStartFrom: ChangeFeedStartFrom.Continuation(continuation) });
    expect(later.found).toEqual([['5']]);
  });

  test('starts now, at a time, or in one partition', async () => {
    await seed();
    const fromNow = items.items.getChangeFeedIterator({ changeFeedStartFrom: ChangeFeedStartFrom.Now() });
    expect((await fromNow.readNext()).statusCode).toBe(304);
    await items.items.create({ id: '5', pk: 'a' });
    expect((await fromNow.readNext()).result).toMatchObject([{ id: '5', _lsn: 5 }]);
    expect((await pages({ changeFeedStartFrom: ChangeFeedStartFrom.Beginning('b') })).found).toEqual([
      ['3', '4'],
    ]);
    const future = new Date(Date.now() + 3_600_000);
    expect((await pages({ changeFeedStartFrom: ChangeFeedStartFrom.Time(future) })).found).toEqual([]);
  });

  test('the writes of a batch come on one page', async () => {
    const operations: OperationInput[] = ['1', '2', '3'].map((id) => ({
      operationType: 'Create',
      resourceBody: { id, pk: 'a' },
    }));
    await items.items.batch(operations, 'a');
    const { found } = await pages({ changeFeedStartFrom: ChangeFeedStartFrom.Beginning(), maxItemCount: 1 });
    expect(found).toEqual([['1', '2', '3']]);
  });
});

describe('hierarchical partition keys', () => {
  beforeEach(async () => {
    local.createContainer({
      name: 'tenants',
      partitionKey: { paths: ['/tenant', '/user'], kind: 'MultiHash', version: 2 },
    });
    items = testClient(server.url).database('db').container('tenants');
    for (const [tenant, user] of [
      ['t1', 'u1'],
      ['t1', 'u2'],
      ['t2', 'u1'],
      ['t10', 'u1'],
    ]) {
      await items.items.create({ id: `${tenant}-${user}`, tenant, user });
    }
  });

  test('point reads need the whole key, queries take the start of one', async () => {
    expect((await items.item('t1-u2', ['t1', 'u2']).read()).statusCode).toBe(200);
    expect(await failure(items.item('t1-u2', ['t1']).read())).toEqual([400, expect.any(String)]);
    const { resources } = await items.items
      .query('SELECT VALUE c.id FROM c', { partitionKey: ['t1'] })
      .fetchAll();
    expect(resources).toEqual(['t1-u1', 't1-u2']);
  });

  test('the change feed of a part is found by the hashes that the SDK computes', async () => {
    const iterator = items.items.getChangeFeedIterator({
      changeFeedStartFrom: ChangeFeedStartFrom.Beginning(['t1']),
    });
    const { result } = await iterator.readNext();
    expect(result.map((item: { id: string }) => item.id)).toEqual(['t1-u1', 't1-u2']);
  });
});

describe('databases and containers', () => {
  test('are created, listed, read, replaced and deleted with a key', async () => {
    const client = testClient(server.url);
    const { database } = await client.databases.createIfNotExists({ id: 'shop' });
    const created = await database.containers.createIfNotExists({
      id: 'orders',
      partitionKey: '/tenant',
      throughput: 500,
    });
    expect(created.statusCode).toBe(201);
    expect((await created.container.readOffer()).resource?.content?.offerThroughput).toBe(500);
    expect(
      (await database.containers.createIfNotExists({ id: 'orders', partitionKey: '/tenant' })).statusCode,
    ).toBe(200);
    const { resource } = await created.container.read();
    expect(resource).toMatchObject({
      id: 'orders',
      partitionKey: { paths: ['/tenant'] },
      indexingPolicy: { indexingMode: 'consistent' },
    });
    if (!resource) throw new Error('The container was just read.');
    await created.container.replace({ ...resource, defaultTtl: 60 });
    expect((await created.container.read()).resource?.defaultTtl).toBe(60);
    expect((await client.databases.readAll().fetchAll()).resources.map(({ id }) => id)).toEqual([
      'db',
      'shop',
    ]);
    const named = await database.containers
      .query({ query: 'SELECT * FROM c WHERE c.id = "orders"' })
      .fetchAll();
    expect(named.resources).toHaveLength(1);
    await created.container.delete();
    expect(await failure(created.container.read())).toEqual([
      404,
      expect.stringContaining('Resource Not Found'),
    ]);
    await database.delete();
    expect(await failure(database.read())).toEqual([404, expect.stringContaining('Resource Not Found')]);
  });

  test('unique keys hold within a logical partition', async () => {
    local.createContainer({ name: 'users', uniqueKeys: [{ paths: ['/email'] }] });
    const users = testClient(server.url).database('db').container('users');
    await users.items.create({ id: '1', pk: 'a', email: 'x@y' });
    expect(await failure(users.items.create({ id: '2', pk: 'a', email: 'x@y' }))).toEqual([
      409,
      'Unique index constraint violation.',
    ]);
    expect((await users.items.create({ id: '2', pk: 'b', email: 'x@y' })).statusCode).toBe(201);
    await users.items.upsert({ id: '1', pk: 'a', email: 'new@y' });
    expect((await users.items.create({ id: '3', pk: 'a', email: 'x@y' })).statusCode).toBe(201);
  });

  test('what is missing here says so', async () => {
    expect(await failure(items.scripts.storedProcedure('sp').execute('a', []))).toEqual([
      501,
      "The resource 'dbs/db/colls/items/sprocs/sp' is not implemented by the local Cosmos DB.",
    ]);
  });
});
