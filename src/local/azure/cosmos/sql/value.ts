/** A JSON value as Cosmos DB stores it. */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export type JsonObject = { [name: string]: Json };

/** What an expression yields. `undefined` is the query language's own undefined, not an absence of a result. */
export type Value = Json | undefined;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A property of an object or an element of an array; `undefined` for everything else. */
export function valueAt(container: Value, key: Value): Value {
  if (typeof key === 'string') {
    return isObject(container) && Object.hasOwn(container, key) ? container[key] : undefined;
  }
  return typeof key === 'number' && Array.isArray(container) ? container[key] : undefined;
}

export function equalValues(a: Json, b: Json): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, index) => equalValues(item, b[index] ?? null));
  }
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) => {
    const left = a[name];
    const right = Object.hasOwn(b, name) ? b[name] : undefined;
    return left !== undefined && right !== undefined && equalValues(left, right);
  });
}

/**
 * Order of two values of one type, for `<`, `>`, `<=`, `>=`. Across types, and between objects or arrays, the
 * comparison is undefined: learn.microsoft.com/azure/cosmos-db/nosql/query/equality-comparison-operators
 */
export function compareSameType(a: Value, b: Value): number | undefined {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if (a === null && b === null) return 0;
  return undefined;
}

/** Order of types in `ORDER BY`, `MIN` and `MAX`: undefined, null, boolean, number, string, array, object. */
function typeRank(value: Value): number {
  if (value === undefined) return 0;
  if (value === null) return 1;
  if (typeof value === 'boolean') return 2;
  if (typeof value === 'number') return 3;
  if (typeof value === 'string') return 4;
  return Array.isArray(value) ? 5 : 6;
}

/** A total order over all values, for sorting. */
export function compareForSorting(a: Value, b: Value): number {
  const ranks = typeRank(a) - typeRank(b);
  if (ranks !== 0) return ranks;
  const order = compareSameType(a, b);
  if (order !== undefined) return order;
  const left = canonicalText(a);
  const right = canonicalText(b);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** A text that is the same for equal values and different for others: property order does not matter. */
export function canonicalText(value: Value): string {
  if (value === undefined) return 'undefined';
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  if (isObject(value)) {
    const properties = Object.keys(value)
      .sort()
      .map((name) => `${JSON.stringify(name)}:${canonicalText(value[name])}`);
    return `{${properties.join(',')}}`;
  }
  return JSON.stringify(value);
}
