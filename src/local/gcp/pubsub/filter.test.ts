import { describe, expect, it } from 'vitest';
import { parseFilter } from './filter.ts';

const messages = [
  { kind: 'a' },
  { kind: 'ab' },
  { kind: 'b' },
  { kind: 'a', other: '' },
  { other: 'x' },
  { 'with space': '1' },
];

/** The places of the messages that a filter lets pass. */
const passed = (filter: string) => {
  const matches = parseFilter(filter);
  return messages.flatMap((attributes, index) =>
    matches(new Map(Object.entries(attributes))) ? [index] : [],
  );
};

describe('a filter', () => {
  it.each([
    ['', [0, 1, 2, 3, 4, 5]],
    ['attributes.kind = "a"', [0, 3]],
    // Also what has no such attribute.
    ['attributes.kind != "a"', [1, 2, 4, 5]],
    ['attributes:kind', [0, 1, 2, 3]],
    ['NOT attributes:kind', [4, 5]],
    ['NOT NOT attributes:other', [3, 4]],
    ['hasPrefix(attributes.kind, "a")', [0, 1, 3]],
    ['NOT hasPrefix(attributes.kind, "a")', [2, 4, 5]],
    ['attributes.kind = "a" AND attributes:other', [3]],
    ['attributes.kind = "a" OR attributes:other', [0, 3, 4]],
    ['attributes.kind = "b" OR (attributes.kind = "a" AND NOT attributes:other)', [0, 2]],
    ['attributes.kind="a" OR attributes.kind="b" OR attributes.kind="ab"', [0, 1, 2, 3]],
    ['attributes."with space" = "1"', [5]],
    ['attributes:"with space"', [5]],
    ['attributes.kind = "\\u0061"', [0, 3]],
    ['attributes.kind = "\\x61\\142"', [1]],
  ])('%s', (filter, expected) => {
    expect(passed(filter)).toEqual(expected);
  });

  it.each([
    ['attributes.kind = a', '"a" is not a text in quotation marks'],
    ["attributes.kind = 'a'", 'is not part of a filter'],
    ['attributes:kind AND attributes:other OR attributes:x', 'can only be combined with parentheses'],
    ['attributes:kind attributes:other', '"attributes" is not expected'],
    ['attributes:kind and attributes:other', '"and" is not expected'],
    ['attributes.kind', 'is missing at the end'],
    ['attributes.kind > "a"', 'is not part of a filter'],
    ['kind = "a"', '"kind" is not a condition on attributes'],
    ['hasPrefix(attributes.kind)', '"," is missing before ")"'],
    ['(attributes:kind', '")" is missing at the end'],
    [`attributes.kind = "${'x'.repeat(250)}"`, 'longer than 256 bytes'],
  ])('%s is refused', (filter, problem) => {
    expect(() => parseFilter(filter)).toThrow(problem);
  });
});
