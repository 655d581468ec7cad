import { expect, it } from 'vitest';
import { causeGroups } from './cause-groups.ts';
import { followingId } from './dead-letter.ts';
import { changedBody, parseChange } from './edit.ts';
import { letter } from './fake-queue.ts';
import { parseFilter, parseFilters } from './filter.ts';

const nowMs = 10 * 3_600_000;
const one = letter('k1', {
  messageId: 'm1',
  body: Buffer.from('{"order":{"id":17,"lines":[{"price":"x"}]}}'),
  attributes: { tenant: 'acme', attempts: '7' },
  group: 'g',
  enqueuedAtMs: nowMs - 2 * 3_600_000,
  receiveCount: 4,
  cause: { reason: 'Timeout', description: 'The bank did not answer' },
  source: 'arn:aws:sqs:eu-west-1:1:orders',
  redriveCount: 1,
});

it.each([
  ['cause~BANK', true],
  ['cause!~bank', false],
  ['reason=Timeout', true],
  ['reason!=Timeout', false],
  ['age>1h', true],
  ['age<90m', false],
  ['id=m1', true],
  ['id=k1', true],
  ['id!=k1', false],
  ['receives>=4', true],
  ['redrives=0', false],
  ['group=g', true],
  ['source~orders', true],
  ['body~"price":"x"', true],
  ['body.order.id=17', true],
  ['body.order.id>16', true],
  ['body.order.lines[0].price=x', true],
  ['body.order.none=1', false],
  ['tenant=acme', true],
  ['attribute.tenant = acme', true],
  ['attempts<7', false],
  ['nowhere<7', false],
  ['nowhere!=x', true],
])('%s is %s', (text, expected) => {
  expect(parseFilter(text)(one, nowMs)).toBe(expected);
});

it('wants all conditions', () => {
  expect(parseFilters(['tenant=acme', 'age>1h'])(one, nowMs)).toBe(true);
  expect(parseFilters(['tenant=acme', 'age>1d'])(one, nowMs)).toBe(false);
});

it.each([
  ['tenant', 'is no filter'],
  ['tenant=', 'is no filter'],
  ['age>soon', 'an age is a number with s, m, h or d'],
  ['age~1h', '~ looks for text'],
  ['receives>many', "'many' is no number"],
  ['body..x=1', 'is no path'],
])('%s is refused', (text, message) => {
  expect(() => parseFilter(text)).toThrow(message);
});

it('groups causes that differ in ids and numbers only', () => {
  const because = (key: string, description: string, ageMs: number) =>
    letter(key, {
      cause: { reason: 'Unknown', description },
      enqueuedAtMs: nowMs - ageMs,
      receiveCount: Number(key),
    });
  const letters = [
    because('1', 'order 4711 of 0f8fad5b-d9cb-469f-a165-70867728950e has status 404', 5000),
    because('2', 'order 4712 of 7c9e6679-7425-40de-944b-e07fc1f90ae7 has status 404', 9000),
    because('3', 'order 4713 of 7c9e6679-7425-40de-944b-e07fc1f90ae7 has status 500', 1000),
  ];
  expect(causeGroups(letters, nowMs)).toMatchObject([
    {
      cause: 'Unknown: order <number> of <id> has status 404',
      count: 2,
      oldestAgeSeconds: 9,
      receiveCounts: { least: 1, most: 2 },
      examples: ['1', '2'],
    },
    { cause: 'Unknown: order <number> of <id> has status 500', count: 1 },
  ]);
});

it('changes JSON bodies by paths', () => {
  const body = Buffer.from('{"order":{"lines":[{"price":"x"}],"n":1}}');
  const changes = ['order.lines[0].price=12', 'order.customer.name=Ada', 'order.n=null'].map(parseChange);
  expect(JSON.parse(changedBody(body, changes).toString())).toEqual({
    order: { lines: [{ price: 12 }], customer: { name: 'Ada' }, n: null },
  });
  expect(() => changedBody(body, [parseChange('order.n.x=1')])).toThrow("has no object where 'order.n.x'");
  expect(() => changedBody(body, [parseChange('order.lines.7=1')])).toThrow('an array of 1');
  expect(() => parseChange('__proto__.x=1')).toThrow('is no path');
});

it('gives the message that follows an id of its own, the same each time, that fits', () => {
  expect(followingId('a', 1, 128)).toBe('a.redrive1');
  expect(followingId('a.redrive1', 2, 128)).toBe('a.redrive2');
  expect(followingId('x'.repeat(128), 12, 128)).toHaveLength(128);
});
