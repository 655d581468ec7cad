import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findPattern } from '../src/catalog/catalog.ts';
import { seededRandom } from '../src/local/engine/random.ts';
import { type LocalCloud, startLocalCloud } from '../src/local/local-cloud.ts';
import { buildPackage } from '../src/package/function-packages.ts';

const folder = findPattern('01');
const requestCount = 1000;
const concurrency = 20;

const methods = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'];
const pieces = [
  'items',
  'ITEMS',
  '',
  '..',
  '%00',
  '%2F',
  '%zz',
  'é',
  '🦊',
  '__proto__',
  'constructor',
  '6f1f3f0e-1f3a-4c37-9d6e-3d5a1f2b7c10',
  'x'.repeat(3000),
  ' ',
  '$default',
  '{id}',
];
const bodies = [
  '',
  '{',
  '{}',
  '[]',
  'null',
  '"text"',
  '{"name":1}',
  '{"name":"x","price":"1"}',
  '{"name":"x","price":1e400}',
  '{"__proto__":{"name":"x"},"price":1}',
  '{"name":"\\ud800","price":1}',
  '{"name":"x","price":1}',
  '{"name":"x","price":-0}',
  '\u0000\u0001',
  '{"a":'.repeat(5000),
];
const types = [
  'application/json',
  'application/json; charset=utf-16',
  'text/plain',
  'multipart/form-data',
  'application/x-www-form-urlencoded',
  '',
  'a/b; =',
];
const keys = ['', 'key-1', 'k'.repeat(256), 'ü', 'with space'];

describe.each(folder.clouds)('1,000 random requests on %s', (cloud) => {
  let local: LocalCloud;
  beforeAll(async () => {
    await buildPackage(folder.name, cloud);
    local = await startLocalCloud({ cloud, directory: path.join(folder.directory, cloud) });
  });
  afterAll(() => local.close());

  test('are never answered with a 5xx, and the API still works', async () => {
    const random = seededRandom(20_261_123);
    const pick = <Value>(values: readonly Value[]): Value => values[random.below(values.length)] as Value;
    const url = local.entrances[0]?.url ?? '';
    const requests = Array.from({ length: requestCount }, () => {
      const method = pick(methods);
      const depth = random.below(4);
      const target = `/${Array.from({ length: depth }, () => (random.next() < 0.5 ? 'items' : pick(pieces))).join('/')}`;
      const query =
        random.next() < 0.3
          ? `?limit=${pick(['1', '-1', 'x', '1e9', ''])}&nextToken=${pick(['', 'abc', '%ff', 'Zm9v'])}`
          : '';
      const headers: Record<string, string> = {};
      const type = pick(types);
      if (type !== '') headers['content-type'] = type;
      if (random.next() < 0.3) headers['idempotency-key'] = encodeURI(pick(keys));
      if (random.next() < 0.3) headers['if-match'] = pick(['*', '"1"', 'W/"1"', '""', 'x']);
      const body = method === 'GET' || method === 'HEAD' ? undefined : pick(bodies);
      return { method, target: encodeURI(target).replaceAll('%25', '%') + query, headers, body };
    });
    const failures: string[] = [];
    const queue = [...requests];
    const worker = async () => {
      for (let next = queue.shift(); next; next = queue.shift()) {
        const { method, target, headers, body } = next;
        const response = await fetch(url + target, { method, headers, ...(body !== undefined && { body }) });
        await response.arrayBuffer();
        if (response.status >= 500)
          failures.push(
            `${response.status} ${method} ${target.slice(0, 100)} ${JSON.stringify(headers)} ${body?.slice(0, 60)}`,
          );
      }
    };
    await Promise.all(Array.from({ length: concurrency }, worker));
    expect(failures).toEqual([]);
    const after = await fetch(`${url}/items`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"name":"after","price":1}',
    });
    expect(after.status).toBe(201);
  });

  test('a body of 10 MB is refused, not choked on', async () => {
    const body = JSON.stringify({ name: 'x', price: 1, description: 'y'.repeat(10 * 1024 * 1024) });
    const response = await fetch(`${local.entrances[0]?.url}/items`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(response.status).toBe(413);
  });
});
