import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BlobKeys } from './blob-keys.ts';

const listed = (keys: BlobKeys) => Array.from({ length: keys.size }, (_, index) => keys.at(index));

it('keeps any keys in order, whenever they are added, deleted and listed', () => {
  const name = fc.integer({ min: 0, max: 60 }).map(String);
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('toggle' as const), name }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('list' as const), name }) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const keys = new BlobKeys();
      const expected = new Set<string>();
      for (const { kind, name: key } of steps) {
        if (kind === 'list') {
          const sorted = [...expected].sort();
          expect(listed(keys)).toEqual(sorted);
          expect(keys.indexFrom(key)).toBe(sorted.filter((other) => other < key).length);
          expect(keys.indexAfter(key)).toBe(sorted.filter((other) => other <= key).length);
        } else if (expected.delete(key)) keys.delete(key);
        else {
          expected.add(key);
          keys.add(key);
        }
      }
      expect(listed(keys)).toEqual([...expected].sort());
    }),
    { numRuns: 200 },
  );
});

it('finds the end of a prefix among many new keys', () => {
  const keys = new BlobKeys();
  for (let index = 199; index >= 0; index--) keys.add(`${index % 2 === 0 ? 'a' : 'c'}/${index}`);
  keys.add('b');
  expect(keys.indexAfterPrefix('a/')).toBe(100);
  expect(keys.at(100)).toBe('b');
});
