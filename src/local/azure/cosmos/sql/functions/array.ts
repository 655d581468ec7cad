import type { SqlFunction } from '../functions.ts';
import { canonicalText, equalValues, isObject, type Json, type Value, valueAt } from '../value.ts';

/** An object in the array that has at least the properties of `part`, with equal values. */
function matchesPartly(whole: Json, part: Json): boolean {
  if (!isObject(whole) || !isObject(part)) return equalValues(whole, part);
  return Object.entries(part).every(([name, value]) => {
    const found = valueAt(whole, name);
    return found !== undefined && matchesPartly(found, value);
  });
}

/** Distinct items in the order of their first appearance. */
function distinct(items: Json[]): Json[] {
  const seen = new Set<string>();
  return items.filter((item) => {
    const text = canonicalText(item);
    if (seen.has(text)) return false;
    seen.add(text);
    return true;
  });
}

const many = Number.POSITIVE_INFINITY;
const defined = (value: Value): value is Json => value !== undefined;

export const arrayFunctions: Record<string, SqlFunction> = {
  ARRAY_CONCAT: {
    minArguments: 2,
    maxArguments: many,
    run(values) {
      const arrays = values.filter((value) => Array.isArray(value));
      return arrays.length === values.length ? arrays.flat(1) : undefined;
    },
  },
  ARRAY_CONTAINS: {
    minArguments: 2,
    maxArguments: 3,
    run([array, item, partly]) {
      if (!Array.isArray(array) || item === undefined) return undefined;
      const matches = partly === true ? matchesPartly : equalValues;
      return array.some((candidate) => matches(candidate, item));
    },
  },
  ARRAY_CONTAINS_ALL: {
    minArguments: 2,
    maxArguments: many,
    run([array, ...items]) {
      if (!Array.isArray(array) || !items.every(defined)) return undefined;
      return items.every((item) => array.some((candidate) => equalValues(candidate, item)));
    },
  },
  ARRAY_CONTAINS_ANY: {
    minArguments: 2,
    maxArguments: many,
    run([array, ...items]) {
      if (!Array.isArray(array)) return undefined;
      return items.filter(defined).some((item) => array.some((candidate) => equalValues(candidate, item)));
    },
  },
  ARRAY_LENGTH: {
    minArguments: 1,
    maxArguments: 1,
    run: ([array]) => (Array.isArray(array) ? array.length : undefined),
  },
  ARRAY_SLICE: {
    minArguments: 2,
    maxArguments: 3,
    run([array, start, length]) {
      if (!Array.isArray(array) || typeof start !== 'number') return undefined;
      if (length !== undefined && typeof length !== 'number') return undefined;
      const from = start < 0 ? Math.max(0, array.length + start) : start;
      return array.slice(from, length === undefined ? undefined : from + Math.max(0, length));
    },
  },
  OBJECTTOARRAY: {
    minArguments: 1,
    maxArguments: 3,
    run([object, keyName = 'k', valueName = 'v']) {
      if (!isObject(object) || typeof keyName !== 'string' || typeof valueName !== 'string') return undefined;
      return Object.entries(object).map(([key, value]) => ({ [keyName]: key, [valueName]: value }));
    },
  },
  SETINTERSECT: {
    minArguments: 2,
    maxArguments: 2,
    run([a, b]) {
      if (!Array.isArray(a) || !Array.isArray(b)) return undefined;
      const right = new Set(b.map(canonicalText));
      return distinct(a.filter((item) => right.has(canonicalText(item))));
    },
  },
  SETUNION: {
    minArguments: 2,
    maxArguments: 2,
    run: ([a, b]) => (Array.isArray(a) && Array.isArray(b) ? distinct([...a, ...b]) : undefined),
  },
};
