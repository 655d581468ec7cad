import { expect, test } from 'vitest';
import { curlCommand } from './curl.ts';

test('the published call of pattern 01', () => {
  const call = { method: 'POST' as const, path: '/items', body: { name: 'Test Item', price: 29.99 } };
  expect(curlCommand(call, '$API_URL')).toBe(
    `curl -X POST "$API_URL/items" -H "Content-Type: application/json" -d '{"name": "Test Item", "price": 29.99}'`,
  );
});

test('headers, and quotes inside the body', () => {
  expect(curlCommand({ method: 'GET', path: '/?a=1' }, '$URL', { authorization: 'Bearer x' })).toBe(
    'curl "$URL/?a=1" -H "authorization: Bearer x"',
  );
  expect(curlCommand({ method: 'PUT', path: '/x', body: ["it's", { a: null }] }, '$URL')).toContain(
    String.raw`-d '["it'\''s", {"a": null}]'`,
  );
});
