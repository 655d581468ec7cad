import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { httpBindings } from './azure-bindings.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'azure-bindings-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const write = (file: string, text: string) => writeFileSync(path.join(directory, file), text);

test('routes, methods and levels come from the registrations in the code', () => {
  write(
    'handler.ts',
    `app.http('createItem', { methods: ['POST'], route: 'items', authLevel: 'anonymous', handler: one });
     app.http('item', {
       methods: ['GET', 'PUT'],
       route: 'items/{id}',
       authLevel: 'function',
       handler: async (request) => ({ route: 'no route' }),
     });`,
  );
  write('host.json', '{ "version": "2.0", "extensions": { "http": { "routePrefix": "" } } }');
  expect(httpBindings(directory)).toEqual([
    { route: 'POST /items', authLevel: 'anonymous' },
    { route: 'GET /items/{id}', authLevel: 'function' },
    { route: 'PUT /items/{id}', authLevel: 'function' },
  ]);
});

test('without a route the name is the route, without a prefix it is api', () => {
  write('handler.ts', `app.http('ping', { methods: ['GET'], handler: ping });`);
  expect(httpBindings(directory).map(({ route }) => route)).toEqual(['GET /api/ping']);
});

test('an app without HTTP functions has none', () => {
  expect(httpBindings(directory)).toEqual([]);
  write('handler.ts', `app.timer('tick', { schedule: '0 * * * * *', handler: tick });`);
  expect(httpBindings(directory)).toEqual([]);
});

test('a route that only running the code would tell is an error', () => {
  write('handler.ts', `app.http('item', { methods: ['GET'], route: base, handler: item });`);
  expect(() => httpBindings(directory)).toThrow(/route of item/);
  write('handler.ts', `app.get('item', item);`);
  expect(() => httpBindings(directory)).toThrow(/app\.http/);
});
