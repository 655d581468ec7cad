import fc from 'fast-check';
import { expect, test } from 'vitest';
import { comparePaths, compareUtf8, compareValues, type Value } from './value.ts';

const integer = (value: bigint): Value => ({ kind: 'integer', value });
const double = (value: number): Value => ({ kind: 'double', value });
const text = (value: string): Value => ({ kind: 'string', value });
const array = (...values: Value[]): Value => ({ kind: 'array', values });
const map = (fields: Record<string, Value>): Value => ({
  kind: 'map',
  fields: new Map(Object.entries(fields)),
});
const reference = (value: string): Value => ({ kind: 'reference', value });
const vector = (...values: number[]) =>
  map({ __type__: text('__vector__'), value: array(...values.map(double)) });

/** https://cloud.google.com/firestore/docs/concepts/data-types */
const ascending: Value[] = [
  { kind: 'null' },
  { kind: 'boolean', value: false },
  { kind: 'boolean', value: true },
  double(Number.NaN),
  double(Number.NEGATIVE_INFINITY),
  integer(-(2n ** 63n)),
  double(-1.5),
  integer(0n),
  double(0.5),
  integer(1n),
  double(2 ** 53),
  integer(2n ** 53n + 1n),
  double(Number.POSITIVE_INFINITY),
  { kind: 'timestamp', value: { seconds: -1, nanos: 0 } },
  { kind: 'timestamp', value: { seconds: 1, nanos: 5 } },
  text(''),
  text('a'),
  text('ab'),
  text('b'),
  text('\uffee'),
  text('😀'),
  { kind: 'bytes', value: Buffer.from([1]) },
  { kind: 'bytes', value: Buffer.from([1, 0]) },
  reference('projects/p/databases/d/documents/c/__id2__'),
  reference('projects/p/databases/d/documents/c/__id10__'),
  reference('projects/p/databases/d/documents/c/a'),
  reference('projects/p/databases/d/documents/c/a/sub/x'),
  reference('projects/p/databases/d/documents/c/a!'),
  { kind: 'geoPoint', latitude: 1, longitude: 5 },
  { kind: 'geoPoint', latitude: 2, longitude: -5 },
  array(),
  array(integer(1n)),
  array(integer(1n), integer(0n)),
  array(integer(2n)),
  vector(9),
  vector(1, 2),
  vector(1, 3),
  map({}),
  map({ a: integer(1n) }),
  map({ a: integer(1n), b: integer(0n) }),
  map({ a: integer(2n) }),
  map({ b: integer(0n) }),
];

test('values stand in the documented order', () => {
  for (const [i, a] of ascending.entries()) {
    for (const [j, b] of ascending.entries()) {
      expect(Math.sign(compareValues(a, b)), `${i} to ${j}`).toBe(Math.sign(i - j));
    }
  }
});

test('numbers of both kinds are equal when they mean the same', () => {
  expect(compareValues(integer(1n), double(1))).toBe(0);
  expect(compareValues(double(0), double(-0))).toBe(0);
  expect(compareValues(double(Number.NaN), double(Number.NaN))).toBe(0);
});

test('strings stand in the order of their UTF-8 bytes', () => {
  const characters = fc.string({ unit: fc.constantFrom('a', 'b', '\u00e9', '\uffee', '\ue000', '😀', '𐀀') });
  fc.assert(
    fc.property(characters, characters, (a, b) => {
      expect(Math.sign(compareUtf8(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
    { seed: 1 },
  );
});

test('a document stands before what is beneath it', () => {
  expect(['c/b', 'c/a/s/x', 'c/a', 'c/__id3__'].sort(comparePaths)).toEqual([
    'c/__id3__',
    'c/a',
    'c/a/s/x',
    'c/b',
  ]);
});
