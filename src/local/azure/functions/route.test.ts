import { describe, expect, it } from 'vitest';
import { parseRoute } from './route.ts';

describe('a route template', () => {
  it.each<[string, string, Record<string, string> | undefined]>([
    ['api/items', 'api/items', {}],
    ['api/items', 'API/Items/', {}],
    ['api/items', 'api/items/1', undefined],
    ['api/items', 'api', undefined],
    ['items/{id}', 'items/a b', { id: 'a b' }],
    ['items/{id}', 'items', undefined],
    ['items/{id?}', 'items', {}],
    ['items/{id=7}', 'items', { id: '7' }],
    ['items/{id:int}', 'items/-5', { id: '-5' }],
    ['items/{id:int}', 'items/3000000000', undefined],
    ['items/{id:long}', 'items/3000000000', { id: '3000000000' }],
    [
      'items/{id:guid}',
      'items/7b0c6f0e-5b1f-4a34-9a55-0d1c8d6f7a10',
      { id: '7b0c6f0e-5b1f-4a34-9a55-0d1c8d6f7a10' },
    ],
    ['items/{id:guid}', 'items/7', undefined],
    ['items/{id:int?}', 'items', {}],
    ['items/{name:alpha:minlength(2)}', 'items/ab', { name: 'ab' }],
    ['items/{name:alpha:minlength(2)}', 'items/a', undefined],
    ['items/{n:range(1,10)}', 'items/11', undefined],
    ['items/{code:regex(^[a-z]{{2}}$)}', 'items/ab', { code: 'ab' }],
    ['items/{code:regex(^[a-z]{{2}}$)}', 'items/abc', undefined],
    ['files/{*path}', 'files/a/b.txt', { path: 'a/b.txt' }],
    ['files/{*path}', 'files', {}],
    ['{category}/{id}.json', 'books/7.json', { category: 'books', id: '7' }],
    ['', '', {}],
  ])('%s against %s', (template, path, values) => {
    expect(parseRoute(template).match(path)).toEqual(values);
  });

  it.each(['{a', '{}', '{a:unknown}'])('is refused when malformed: %s', (template) => {
    expect(() => parseRoute(template)).toThrow(template);
  });

  it('is tried in the order of how exact it is', () => {
    const templates = ['{*all}', 'items/{id}', 'items/{id:int}', 'items/new', '{kind}/new', 'items'];
    const sorted = templates
      .map(parseRoute)
      .sort((a, b) => a.precedence - b.precedence)
      .map(({ text }) => text);
    expect(sorted.indexOf('items/new')).toBeLessThan(sorted.indexOf('items/{id:int}'));
    expect(sorted.indexOf('items/{id:int}')).toBeLessThan(sorted.indexOf('items/{id}'));
    expect(sorted.indexOf('items/{id}')).toBeLessThan(sorted.indexOf('{kind}/new'));
    expect(sorted.at(-1)).toBe('{*all}');
  });
});
