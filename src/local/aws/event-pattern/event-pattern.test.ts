import { describe, expect, it } from 'vitest';
import { eventBridgeDialect, parseEventPattern, snsDialect } from './event-pattern.ts';

const matches = (pattern: object, value: unknown) =>
  parseEventPattern(JSON.stringify(pattern), eventBridgeDialect).matches(value);

/** Beyond what event filters know. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html */
describe.each<[string, object, unknown, unknown]>([
  ['prefix, ignoring case', { a: [{ prefix: { 'equals-ignore-case': 'eV' } }] }, { a: 'Event' }, { a: 'x' }],
  [
    'suffix, ignoring case',
    { a: [{ suffix: { 'equals-ignore-case': '.PNG' } }] },
    { a: 'x.png' },
    { a: '.pngx' },
  ],
  ['none of several prefixes', { a: [{ 'anything-but': { prefix: ['x', 'y'] } }] }, { a: 'z' }, { a: 'yz' }],
  ['not ending with', { a: [{ 'anything-but': { suffix: '.png' } }] }, { a: 'x.jpg' }, { a: 'x.png' }],
  [
    'not, ignoring case',
    { a: [{ 'anything-but': { 'equals-ignore-case': ['A', 'b'] } }] },
    { a: 'c' },
    { a: 'B' },
  ],
  ['no wildcard', { a: [{ 'anything-but': { wildcard: '*/lib/*' } }] }, { a: '/bin/x' }, { a: '/usr/lib/x' }],
  ['wildcard', { a: [{ wildcard: 'dir/*.csv' }] }, { a: 'dir/a.b.csv' }, { a: 'dir/a.csv.gz' }],
  ['a star itself', { a: [{ wildcard: '\\*x' }] }, { a: '*x' }, { a: 'ax' }],
  ['a point is a point', { a: [{ wildcard: 'a.c*' }] }, { a: 'a.cd' }, { a: 'abcd' }],
  ['IPv4 block', { a: [{ cidr: '10.0.0.0/24' }] }, { a: '10.0.0.255' }, { a: '10.0.1.0' }],
  ['IPv6 block', { a: [{ cidr: '2001:db8::/32' }] }, { a: '2001:db8::1' }, { a: '2001:db9::1' }],
  ['or within a detail', { d: { $or: [{ a: [1] }, { b: [2] }] } }, { d: { b: 2 } }, { b: 2 }],
  ['or beside and', { s: ['x'], $or: [{ a: [1] }, { b: [2] }] }, { s: 'x', a: 1 }, { s: 'y', a: 1 }],
  ['absent or other', { a: [{ exists: false }, { 'anything-but': 'x' }] }, {}, { a: 'x' }],
  ['one element of a list', { a: { b: [1], c: [2] } }, { a: [{ b: 1, c: 2 }] }, { a: [{ b: 1 }, { c: 2 }] }],
])('%s', (_, pattern, passing, failing) => {
  it('passes and fails', () => {
    expect([matches(pattern, passing), matches(pattern, failing)]).toEqual([true, false]);
  });
});

describe('a pattern that is not one', () => {
  it.each([
    ['{"a":[{"wildcard":"x**"}]}', /consecutive/],
    ['{"a":[{"cidr":"10.0.0.0"}]}', /not a CIDR/],
    ['{"a":[{"exists":"yes"}]}', /exists must be/],
    ['{"a":[{"anything-but":[]}]}', /anything-but takes/],
    ['{"a":[{"regex":"x"}]}', /not one that EventBridge know/],
  ])('is refused: %s', (text, message) => {
    expect(() => parseEventPattern(text, eventBridgeDialect)).toThrow(message);
  });

  it('is refused where only another service knows the operator', () => {
    expect(() => parseEventPattern('{"a":[{"wildcard":"x*"}]}', snsDialect)).toThrow(/SNS filter policies/);
  });
});
