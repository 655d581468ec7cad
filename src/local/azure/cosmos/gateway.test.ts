// What the SDK hides: permissions, keys, time, throughput and the wording of errors. Long, because it is tables.

import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { virtualClock } from '../../engine/clock.ts';
import type { WireResponse } from '../../engine/wire.ts';
import { keysOf } from './terraform.ts';
import { accountId, testCosmos } from './test-account.ts';

const docs = '/dbs/db/colls/items/docs';
const ofA = { 'x-ms-documentdb-partitionkey': '["a"]' };
const startMs = Date.UTC(2026, 0, 1);

type Options = Parameters<typeof testCosmos>[0];
type Definition = Parameters<ReturnType<typeof testCosmos>['createContainer']>[0];

/** One account with a container, and requests to it as the identity `app`. */
function account(options: Options = {}, definition: Definition = {}) {
  const clock = virtualClock(startMs);
  const local = testCosmos({ clock, ...options });
  const container = local.createContainer(definition);
  const send = (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
    host = 'acct.documents.azure.com',
  ) => {
    const answer = local.cosmos.handle({
      method,
      host,
      path,
      query: '',
      headers: { host, authorization: 'type=aad&ver=1.0&sig=token-of-app', ...headers },
      body: Buffer.from(body === undefined ? '' : JSON.stringify(body)),
    });
    if (answer instanceof Promise) throw new Error('The gateway answers at once.');
    const { status, headers: answered, body: text } = answer satisfies WireResponse;
    return { status, headers: answered, json: text === '' ? undefined : JSON.parse(String(text)) };
  };
  const create = (id: string, rest: object = {}) => send('POST', docs, { id, pk: 'a', ...rest }, ofA);
  const query = (text: string, headers: Record<string, string> = ofA) =>
    send('POST', docs, { query: text }, { 'x-ms-documentdb-isquery': 'true', ...headers });
  return { ...local, clock, container, send, create, query };
}

describe('who may do what', () => {
  test.each<[string, string, string, unknown, Record<string, string>, string[], string]>([
    ['the account', 'GET', '/', undefined, {}, ['readMetadata'], ''],
    ['a database', 'GET', '/dbs/db', undefined, {}, ['readMetadata'], '/dbs/db'],
    ['a container', 'GET', '/dbs/db/colls/items', undefined, {}, ['readMetadata'], '/dbs/db/colls/items'],
    ['ranges', 'GET', '/dbs/db/colls/items/pkranges', undefined, {}, ['readMetadata'], '/dbs/db/colls/items'],
    [
      'read',
      'GET',
      `${docs}/1`,
      undefined,
      ofA,
      ['sqlDatabases/containers/items/read'],
      '/dbs/db/colls/items',
    ],
    [
      'create',
      'POST',
      docs,
      { id: '2', pk: 'a' },
      ofA,
      ['sqlDatabases/containers/items/create'],
      '/dbs/db/colls/items',
    ],
    [
      'upsert',
      'POST',
      docs,
      { id: '1', pk: 'a' },
      { ...ofA, 'x-ms-documentdb-is-upsert': 'true' },
      ['sqlDatabases/containers/items/upsert'],
      '/dbs/db/colls/items',
    ],
    [
      'replace',
      'PUT',
      `${docs}/1`,
      { id: '1', pk: 'a' },
      ofA,
      ['sqlDatabases/containers/items/replace'],
      '/dbs/db/colls/items',
    ],
    [
      'patch',
      'PATCH',
      `${docs}/1`,
      [{ op: 'set', path: '/n', value: 1 }],
      ofA,
      ['sqlDatabases/containers/items/replace'],
      '/dbs/db/colls/items',
    ],
    [
      'delete',
      'DELETE',
      `${docs}/1`,
      undefined,
      ofA,
      ['sqlDatabases/containers/items/delete'],
      '/dbs/db/colls/items',
    ],
    [
      'query',
      'POST',
      docs,
      { query: 'SELECT * FROM c' },
      { ...ofA, 'x-ms-documentdb-isquery': 'True' },
      ['sqlDatabases/containers/executeQuery', 'sqlDatabases/containers/readChangeFeed'],
      '/dbs/db/colls/items',
    ],
    [
      'change feed',
      'GET',
      docs,
      undefined,
      { 'a-im': 'Incremental Feed' },
      ['sqlDatabases/containers/readChangeFeed'],
      '/dbs/db/colls/items',
    ],
    [
      'batch',
      'POST',
      docs,
      [
        { operationType: 'Read', id: '1' },
        { operationType: 'Delete', id: '1' },
      ],
      { ...ofA, 'x-ms-cosmos-is-batch-request': 'True', 'x-ms-cosmos-batch-atomic': 'True' },
      ['sqlDatabases/containers/items/read', 'sqlDatabases/containers/items/delete'],
      '/dbs/db/colls/items',
    ],
  ])(
    '%s asks for its own permission, and fails without it',
    (_name, method, path, body, headers, actions, scope) => {
      const { send, create, asked } = account();
      create('1');
      asked.length = 0;
      expect(send(method, path, body, headers).status).toBeLessThan(300);
      const full = actions.map((action) => `Microsoft.DocumentDB/databaseAccounts/${action}`);
      expect(asked).toEqual(full.map((action) => ({ action, kind: 'dataAction', scope: accountId + scope })));

      const last = full.at(-1);
      const denied = account({ isAllowed: ({ action }) => action !== last });
      const answer = denied.send(method, path, body, headers);
      expect([answer.status, answer.headers['x-ms-substatus'], answer.json.code]).toEqual([
        403,
        '5301',
        'Forbidden',
      ]);
      expect(answer.json.message.split('\r\n')[0]).toBe(
        `Request blocked by Auth acct : Request is blocked because principal [app] does not have required RBAC permissions to perform action [${last}] on resource [${scope.slice(1) || '/'}]. Learn more: https://aka.ms/cosmos-native-rbac.`,
      );
      expect(denied.container.lsn).toBe(0);
    },
  );

  test('no role lets an identity create databases and containers', () => {
    const { send } = account();
    const { status, headers, json } = send('POST', '/dbs', { id: 'x' });
    expect([status, headers['x-ms-substatus']]).toEqual([403, '5300']);
    expect(json.message).toContain(
      'The given request [POST /dbs] cannot be authorized by AAD token in data plane.',
    );
  });

  test('a token that is not valid here, and no token at all', () => {
    const { send } = account();
    expect(
      send('GET', '/', undefined, { authorization: 'type%3daad%26ver%3d1.0%26sig%3dforged' }).status,
    ).toBe(401);
    expect(send('GET', '/', undefined, { authorization: '' }).json.message).toContain(
      'Required Header authorization is missing.',
    );
    const trusting = account({ cosmos: { trustAnonymous: true } });
    expect(trusting.send('POST', '/dbs', { id: 'x' }, { authorization: '' }).status).toBe(201);
  });

  function signed(key: string, method: string, type: string, link: string) {
    const date = new Date(startMs).toUTCString();
    const text = `${method.toLowerCase()}\n${type}\n${link}\n${date.toLowerCase()}\n\n`;
    const signature = createHmac('sha256', Buffer.from(key, 'base64')).update(text).digest('base64');
    return { 'x-ms-date': date, authorization: encodeURIComponent(`type=master&ver=1.0&sig=${signature}`) };
  }
  const keys = keysOf(accountId);

  test('a key needs no role; a read-only key only reads; a wrong one does nothing', () => {
    const { send, asked } = account({ isAllowed: () => false });
    const link = 'dbs/db/colls/items';
    const item = { id: '1', pk: 'a' };
    expect(send('POST', docs, item, { ...ofA, ...signed(keys.secondary, 'POST', 'docs', link) }).status).toBe(
      201,
    );
    const readOnly = keys.primaryReadonly;
    expect(
      send('GET', `${docs}/1`, undefined, { ...ofA, ...signed(readOnly, 'GET', 'docs', `${link}/docs/1`) })
        .status,
    ).toBe(200);
    expect(send('POST', docs, item, { ...ofA, ...signed(readOnly, 'POST', 'docs', link) }).status).toBe(403);
    expect(send('POST', '/dbs', { id: 'x' }, signed(readOnly, 'POST', 'dbs', '')).status).toBe(403);
    const wrong = send('GET', '/', undefined, signed('d3Jvbmc=', 'GET', '', ''));
    expect([wrong.status, wrong.json.message]).toEqual([
      401,
      expect.stringContaining("payload to sign: 'get\n\n\nthu, 01 jan 2026"),
    ]);
    expect(asked).toEqual([]);
  });

  test('keys are refused where the Terraform switches them off', () => {
    const { send } = account({ localAuthenticationEnabled: false });
    const { status, headers, json } = send('GET', '/', undefined, signed(keys.primary, 'GET', '', ''));
    expect([status, headers['x-ms-substatus']]).toEqual([401, '5202']);
    expect(json.message).toContain(
      'Local Authorization is disabled. Use an AAD token to authorize all requests.',
    );
  });

  test('a host that names no account: the key tells which is meant', () => {
    const { cosmos, send } = account();
    const other = { ...accountDefinition, name: 'other', id: `${accountId}2`, keys: keysOf('other') };
    cosmos.createAccount(other);
    const loopback = (key: string) =>
      send('GET', '/', undefined, signed(key, 'GET', '', ''), '127.0.0.1').json;
    expect(loopback(other.keys.primary)).toMatchObject({ id: 'other' });
    expect(loopback(keys.primary)).toMatchObject({
      id: 'acct',
      writableLocations: [{ name: 'West Europe', databaseAccountEndpoint: 'http://127.0.0.1/' }],
    });
    expect(send('GET', '/', undefined, {}, 'acct-westeurope.documents.azure.com').json.id).toBe('acct');
    expect(send('GET', '/', undefined, {}, 'none.documents.azure.com').status).toBe(403);
    expect(send('GET', '/', undefined, {}, '127.0.0.1').json.message).toContain(
      'There are several Cosmos DB accounts',
    );
  });

  const accountDefinition = {
    location: 'West Europe',
    serverless: false,
    localAuthenticationEnabled: true,
    consistencyLevel: 'Session',
  };
});

describe('time to live', () => {
  test('items expire by the container’s time, their own, or not at all', () => {
    const { create, send, clock, container, query } = account({}, { defaultTtlSeconds: 60 });
    create('default');
    create('own', { ttl: 10 });
    create('never', { ttl: -1 });
    const left = () => query('SELECT VALUE c.id FROM c').json.Documents;
    clock.advance(9_999);
    expect(left()).toEqual(['default', 'own', 'never']);
    clock.advance(1);
    expect(left()).toEqual(['default', 'never']);
    expect(send('GET', `${docs}/own`, undefined, ofA).status).toBe(404);
    // A write begins the time anew.
    clock.advance(40_000);
    send('PUT', `${docs}/default`, { id: 'default', pk: 'a' }, ofA);
    clock.advance(59_000);
    expect(left()).toEqual(['default', 'never']);
    clock.advance(1_000);
    expect(left()).toEqual(['never']);
    expect([container.itemCount, container.storedBytes > 0]).toEqual([1, true]);
    // Expired items leave the change feed without a trace, and their ids can be used again.
    expect(container.changeFeed({ after: 0 }).items.map(({ id }) => id)).toEqual(['never']);
    expect(create('own').status).toBe(201);
  });

  test('without a time on the container, that of an item means nothing', () => {
    const { create, clock, container, query } = account();
    create('1', { ttl: 1 });
    clock.advance(5_000);
    expect(query('SELECT VALUE c.id FROM c').json.Documents).toEqual(['1']);
    container.update({ defaultTtlSeconds: -1 });
    create('2', { ttl: 1 });
    create('3');
    clock.advance(5_000);
    expect(query('SELECT VALUE c.id FROM c').json.Documents).toEqual(['1', '3']);
  });
});

describe('throughput', () => {
  test('what is used beyond the throughput has to be waited for', () => {
    const { create, clock, send } = account({}, { throughput: { kind: 'manual', ruPerSecond: 400 } });
    let served = 0;
    let answer = create(`${served}`);
    while (answer.status === 201) answer = create(`${++served}`);
    // 400 RU at 5.35 each.
    expect(served).toBe(75);
    expect([answer.status, answer.headers['x-ms-substatus'], answer.headers['x-ms-request-charge']]).toEqual([
      429,
      '3200',
      '0',
    ]);
    expect(answer.json).toMatchObject({
      code: 'TooManyRequests',
      message: expect.stringContaining('Request rate is large.'),
    });
    const waitMs = Number(answer.headers['x-ms-retry-after-ms']);
    clock.advance(waitMs);
    expect(create('later').status).toBe(201);
    expect(send('GET', '/dbs/db/colls/items').status).toBe(200);
  });

  test('a serverless container has 5,000 RU each second', () => {
    const { container } = account({ serverless: true });
    expect(container.budget.ruPerSecond).toBe(5000);
  });

  test('request units are metered on the account', () => {
    const { create, send, query, meter } = account();
    const charges = [
      create('1'),
      send('GET', `${docs}/1`, undefined, ofA),
      send('GET', `${docs}/2`, undefined, ofA),
      create('1'),
      query('SELECT * FROM c'),
    ];
    const total = charges.reduce((sum, { headers }) => sum + Number(headers['x-ms-request-charge']), 0);
    expect(charges.map(({ status }) => status)).toEqual([201, 200, 404, 409, 200]);
    const [reading, ...others] = meter.readings();
    expect(others).toEqual([]);
    expect(reading).toMatchObject({ service: 'cosmos-db', unit: 'request-units', resource: accountId });
    expect(reading?.quantity).toBeCloseTo(total);
  });
});

describe('queries at the gateway', () => {
  const cross = { 'x-ms-documentdb-query-enablecrosspartition': 'true' };

  test('the gateway sends queries that need the client back with their plan', () => {
    const { create, query } = account();
    create('1');
    const { status, headers, json } = query('SELECT c.id FROM c ORDER BY c.n', cross);
    expect([status, headers['x-ms-substatus']]).toEqual([400, '1004']);
    const plan = JSON.parse(json.additionalErrorInfo);
    expect(plan.queryInfo).toMatchObject({
      orderBy: ['Ascending'],
      orderByExpressions: ['c.n'],
      rewrittenQuery:
        'SELECT c._rid, [{"item": c.n}] AS orderByItems, {"id": c.id} AS payload FROM c WHERE ({documentdb-formattableorderbyquery-filter}) ORDER BY c.n ASC',
    });
    expect(query('SELECT c.id FROM c', cross).json.Documents).toEqual([{ id: '1' }]);
    expect(query('SELECT c.id FROM c', {}).json.message).toContain(
      'Cross partition query is required but disabled.',
    );
    expect(query('SELECT VALUE COUNT(1) + 1 FROM c', cross).json.message).toContain(
      "only supports 'VALUE <AggregateFunc>'",
    );
  });

  test('a range that is gone', () => {
    const { query } = account();
    const gone = query('SELECT * FROM c', { ...cross, 'x-ms-documentdb-partitionkeyrangeid': '7' });
    expect([gone.status, gone.headers['x-ms-substatus']]).toEqual([410, '1002']);
  });

  test('a page holds 100 items unless the client says otherwise, and 4 MB at most', () => {
    const { create, query } = account();
    for (let n = 0; n < 120; n++) create(`${n}`);
    const count = (size?: string) => {
      const { json, headers } = query('SELECT * FROM c', {
        ...ofA,
        ...(size && { 'x-ms-max-item-count': size }),
      });
      return [json._count, headers['x-ms-continuation'] !== undefined];
    };
    expect(count()).toEqual([100, true]);
    expect(count('-1')).toEqual([120, false]);
    expect(count('120')).toEqual([120, false]);
    expect(query('SELECT * FROM c', { ...ofA, 'x-ms-continuation': 'nonsense' }).status).toBe(400);
    const big = account();
    for (let n = 0; n < 5; n++) big.create(`${n}`, { text: 'x'.repeat(1_500_000) });
    expect(big.query('SELECT * FROM c', { ...ofA, 'x-ms-max-item-count': '-1' }).json._count).toBe(3);
  });
});

describe('errors', () => {
  test.each<[string, string, string, unknown, Record<string, string>, number, string | undefined, string]>([
    [
      'no such container',
      'GET',
      '/dbs/db/colls/none/docs/1',
      undefined,
      ofA,
      404,
      '1003',
      'Resource Not Found',
    ],
    ['no such database', 'GET', '/dbs/none', undefined, {}, 404, undefined, 'Resource Not Found'],
    [
      'no partition key',
      'GET',
      `${docs}/1`,
      undefined,
      {},
      400,
      undefined,
      'PartitionKey value must be supplied',
    ],
    [
      'a partition key that is none',
      'GET',
      `${docs}/1`,
      undefined,
      { 'x-ms-documentdb-partitionkey': '[[1]]' },
      400,
      undefined,
      'Partition key [[1]] is invalid.',
    ],
    [
      'another partition key',
      'POST',
      docs,
      { id: '1', pk: 'b' },
      ofA,
      400,
      '1001',
      "PartitionKey extracted from document doesn't match",
    ],
    ['no id', 'POST', docs, { pk: 'a' }, ofA, 400, undefined, "required properties - 'id; ' - are missing"],
    [
      'an id with a slash',
      'POST',
      docs,
      { id: 'a/b', pk: 'a' },
      ofA,
      400,
      undefined,
      'One of the specified inputs is invalid',
    ],
    [
      'an id that is no text',
      'POST',
      docs,
      { id: 5, pk: 'a' },
      ofA,
      400,
      undefined,
      'One of the specified inputs is invalid',
    ],
    [
      'a trigger',
      'POST',
      docs,
      { id: '1', pk: 'a' },
      { ...ofA, 'x-ms-documentdb-pre-trigger-include': 't' },
      501,
      undefined,
      'A JavaScript trigger is not implemented',
    ],
    [
      'all versions',
      'GET',
      docs,
      undefined,
      { 'a-im': 'Full-Fidelity Feed' },
      400,
      undefined,
      'need continuous backup',
    ],
    [
      'users',
      'GET',
      '/dbs/db/users',
      undefined,
      {},
      501,
      undefined,
      "The resource 'dbs/db/users' is not implemented",
    ],
    ['a method', 'PUT', '/dbs/db', {}, {}, 501, undefined, 'PUT on a database is not implemented'],
  ])('%s', (_name, method, path, body, headers, status, substatus, message) => {
    const answer = account().send(method, path, body, headers);
    expect([answer.status, answer.headers['x-ms-substatus']]).toEqual([status, substatus]);
    expect(answer.json.message).toContain(message);
    expect(answer.json.message).toContain(`\r\nActivityId: ${answer.headers['x-ms-activity-id']}`);
  });

  test('a body that is not JSON', () => {
    const { cosmos } = account({ cosmos: { trustAnonymous: true } });
    const answer = cosmos.handle({
      method: 'POST',
      host: 'acct.documents.azure.com',
      path: docs,
      query: '',
      headers: ofA,
      body: Buffer.from('{'),
    });
    expect(answer).toMatchObject({ status: 400 });
  });
});
