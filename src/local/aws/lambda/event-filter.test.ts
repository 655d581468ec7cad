import { describe, expect, it } from 'vitest';
import { parseFilterPattern, recordPasses } from './event-filter.ts';

const matches = (pattern: object, value: unknown) =>
  parseFilterPattern(JSON.stringify(pattern)).matches(value);

/** The rules of https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html#filtering-syntax */
describe.each<[string, object, unknown, unknown]>([
  ['null', { a: [null] }, { a: null }, {}],
  ['empty', { a: [''] }, { a: '' }, { a: 'x' }],
  ['equals', { a: ['x'] }, { a: 'x' }, { a: 'X' }],
  ['equals a number', { a: [1] }, { a: 1 }, { a: '1' }],
  ['equals, ignoring case', { a: [{ 'equals-ignore-case': 'x' }] }, { a: 'X' }, { a: 'y' }],
  ['and', { a: ['x'], b: ['y'] }, { a: 'x', b: 'y' }, { a: 'x' }],
  ['or', { a: ['x', 'y'] }, { a: 'y' }, { a: 'z' }],
  ['or of fields', { $or: [{ a: ['x'] }, { b: ['y'] }] }, { b: 'y' }, { a: 'y', b: 'x' }],
  ['not', { a: [{ 'anything-but': ['x'] }] }, { a: 'y' }, { a: 'x' }],
  ['not, when absent', { a: [{ 'anything-but': 'x' }] }, { a: 1 }, {}],
  ['not beginning with', { a: [{ 'anything-but': { prefix: 'x' } }] }, { a: 'yx' }, { a: 'xy' }],
  ['numeric equals', { a: [{ numeric: ['=', 1] }] }, { a: 1 }, { a: 2 }],
  ['numeric range', { a: [{ numeric: ['>', 1, '<=', 3] }] }, { a: 3 }, { a: 1 }],
  ['exists', { a: [{ exists: true }] }, { a: 0 }, {}],
  ['does not exist', { a: [{ exists: false }] }, {}, { a: null }],
  ['begins with', { a: [{ prefix: 'us-' }] }, { a: 'us-1' }, { a: 'eu-1' }],
  ['ends with', { a: [{ suffix: '.png' }] }, { a: 'x.png' }, { a: 'x.jpg' }],
  ['nested', { a: { b: { c: [1] } } }, { a: { b: { c: 1 } } }, { a: { b: 1 } }],
  ['in a list', { a: ['x'] }, { a: ['w', 'x'] }, { a: ['w'] }],
  ['in a list of objects', { a: { b: [1] } }, { a: [{ b: 2 }, { b: 1 }] }, { a: [{ b: 2 }] }],
])('%s', (_, pattern, passing, failing) => {
  it('passes and fails', () => {
    expect([matches(pattern, passing), matches(pattern, failing)]).toEqual([true, false]);
  });
});

describe('a pattern that is not one', () => {
  it.each([
    ['nonsense', /not valid JSON/],
    ['[]', /must be an object/],
    ['{"a":"x"}', /a must be an object or a list/],
    ['{"a":{"b":[]}}', /a\.b must not be an empty list/],
    ['{"a":[{"wildcard":"x*"}]}', /"wildcard":"x\*"/],
    ['{"a":[{"numeric":["~",1]}]}', /not a numeric range/],
    ['{"a":[{"prefix":"a","suffix":"b"}]}', /one operator/],
    ['{"$or":{}}', /\$or must be a list/],
  ])('is refused: %s', (text, message) => {
    expect(() => parseFilterPattern(text)).toThrow(message);
  });
});

/** The table of https://docs.aws.amazon.com/lambda/latest/dg/with-sqs-filtering.html */
describe('a record', () => {
  const passes = (body: string, ...patterns: object[]) =>
    recordPasses(
      patterns.map((pattern) => parseFilterPattern(JSON.stringify(pattern))),
      { body, attributes: { MessageGroupId: 'g' }, messageAttributes: {} },
    );

  it('passes without filters, and with one of several', () => {
    expect(passes('a')).toBe(true);
    expect(passes('a', { body: ['b'] }, { body: ['a'] })).toBe(true);
    expect(passes('a', { body: ['b'] })).toBe(false);
  });

  it('with a JSON body passes JSON patterns only, one with text those for text only', () => {
    expect(passes('{"a":1}', { body: { a: [1] } })).toBe(true);
    expect(passes('{"a":1}', { body: ['{"a":1}'] })).toBe(false);
    expect(passes('text', { body: { a: [{ exists: false }] } })).toBe(false);
  });

  it('can be chosen by its attributes', () => {
    expect(passes('text', { attributes: { MessageGroupId: ['g'] } })).toBe(true);
    expect(passes('text', { attributes: { MessageGroupId: ['h'] } })).toBe(false);
  });
});
