/** Firestore values: what a field can hold, how values are ordered and when they are equal. */

/** Seconds and nanoseconds since the epoch; Firestore keeps microseconds. */
export interface Timestamp {
  seconds: number;
  nanos: number;
}

export type Fields = Map<string, Value>;

export type Value =
  | { kind: 'null' }
  | { kind: 'boolean'; value: boolean }
  | { kind: 'integer'; value: bigint }
  | { kind: 'double'; value: number }
  | { kind: 'timestamp'; value: Timestamp }
  | { kind: 'string'; value: string }
  | { kind: 'bytes'; value: Buffer }
  | { kind: 'reference'; value: string }
  | { kind: 'geoPoint'; latitude: number; longitude: number }
  | { kind: 'array'; values: Value[] }
  | { kind: 'map'; fields: Fields };

export const nullValue: Value = { kind: 'null' };

/**
 * The order of types: null, booleans, NaN, numbers, timestamps, strings, bytes, references, geographical
 * points, arrays, vectors, maps. https://cloud.google.com/firestore/docs/concepts/data-types
 */
export function typeOrder(value: Value): number {
  switch (value.kind) {
    case 'null':
      return 0;
    case 'boolean':
      return 1;
    case 'integer':
    case 'double':
      return 2;
    case 'timestamp':
      return 3;
    case 'string':
      return 4;
    case 'bytes':
      return 5;
    case 'reference':
      return 6;
    case 'geoPoint':
      return 7;
    case 'array':
      return 8;
    case 'map':
      return isVector(value) ? 9 : 10;
  }
}

/** Vectors travel as maps with a `__type__` of `__vector__`. */
export function isVector(value: Value): boolean {
  if (value.kind !== 'map') return false;
  const type = value.fields.get('__type__');
  return type?.kind === 'string' && type.value === '__vector__';
}

export const isNumber = (value: Value): value is Extract<Value, { kind: 'integer' | 'double' }> =>
  value.kind === 'integer' || value.kind === 'double';

export const isNaNValue = (value: Value): boolean => value.kind === 'double' && Number.isNaN(value.value);

/** Negative when `a` stands before `b`, zero when they are equal (1 equals 1.0), positive otherwise. */
export function compareValues(a: Value, b: Value): number {
  const order = typeOrder(a) - typeOrder(b);
  if (order !== 0) return order;
  if (isNumber(a) && isNumber(b)) return compareNumbers(a.value, b.value);
  if (a.kind === 'boolean' && b.kind === 'boolean') return Number(a.value) - Number(b.value);
  if (a.kind === 'timestamp' && b.kind === 'timestamp') return compareTimestamps(a.value, b.value);
  if (a.kind === 'string' && b.kind === 'string') return compareUtf8(a.value, b.value);
  if (a.kind === 'bytes' && b.kind === 'bytes') return Buffer.compare(a.value, b.value);
  if (a.kind === 'reference' && b.kind === 'reference') return comparePaths(a.value, b.value);
  if (a.kind === 'geoPoint' && b.kind === 'geoPoint') {
    return compareNumbers(a.latitude, b.latitude) || compareNumbers(a.longitude, b.longitude);
  }
  if (a.kind === 'array' && b.kind === 'array') return compareArrays(a.values, b.values);
  if (a.kind === 'map' && b.kind === 'map') return isVector(a) ? compareVectors(a, b) : compareMaps(a, b);
  return 0;
}

export const equalValues = (a: Value, b: Value): boolean => compareValues(a, b) === 0;

/** Whether two documents hold the very same values: here 1 and 1.0 differ, as they are stored differently. */
export function identicalValues(a: Value, b: Value): boolean {
  if (a.kind !== b.kind) return false;
  if (a.kind === 'double' && b.kind === 'double') return Object.is(a.value, b.value);
  if (a.kind === 'array' && b.kind === 'array') {
    return (
      a.values.length === b.values.length &&
      a.values.every((value, index) => {
        const other = b.values[index];
        return other !== undefined && identicalValues(value, other);
      })
    );
  }
  if (a.kind === 'map' && b.kind === 'map') return identicalFields(a.fields, b.fields);
  return compareValues(a, b) === 0;
}

export function identicalFields(a: Fields, b: Fields): boolean {
  if (a.size !== b.size) return false;
  for (const [name, value] of a) {
    const other = b.get(name);
    if (!other || !identicalValues(value, other)) return false;
  }
  return true;
}

/** Exact also between 64-bit integers and doubles; NaN stands before every other number. */
function compareNumbers(a: bigint | number, b: bigint | number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  // biome-ignore lint/suspicious/noDoubleEquals: 1n == 1, exactly
  if (a == b) return 0;
  return Number(Number.isNaN(b)) - Number(Number.isNaN(a));
}

export const compareTimestamps = (a: Timestamp, b: Timestamp): number =>
  a.seconds - b.seconds || a.nanos - b.nanos;

/**
 * The order of the UTF-8 bytes. It differs from JavaScript's order of UTF-16 code units only where a
 * surrogate pair (U+10000 and up) meets a character from U+E000 to U+FFFF.
 */
export function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left === right) continue;
    const leftIsSurrogate = (left & 0xf800) === 0xd800;
    const rightIsSurrogate = (right & 0xf800) === 0xd800;
    if (leftIsSurrogate !== rightIsSurrogate) return leftIsSurrogate ? 1 : -1;
    return left - right;
  }
  return a.length - b.length;
}

/** Document ids: the numeric ids `__id7__` stand first, by number; then all others as strings. */
export function compareIds(a: string, b: string): number {
  const left = numericId(a);
  const right = numericId(b);
  if (left === undefined || right === undefined) {
    return Number(left === undefined) - Number(right === undefined) || compareUtf8(a, b);
  }
  return left < right ? -1 : left > right ? 1 : 0;
}

function numericId(id: string): bigint | undefined {
  return id.startsWith('__id') && /^__id-?\d+__$/.test(id) ? BigInt(id.slice(4, -2)) : undefined;
}

/** Resource paths, segment by segment: a document stands before what lies beneath it. */
export function comparePaths(a: string, b: string): number {
  if (a === b) return 0;
  const left = a.split('/');
  const right = b.split('/');
  for (const [index, segment] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    const order = compareIds(segment, other);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

function compareArrays(a: Value[], b: Value[]): number {
  for (const [index, value] of a.entries()) {
    const other = b[index];
    if (!other) return 1;
    const order = compareValues(value, other);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** Maps compare as the sequences of their keys and values, in the order of the keys. */
function compareMaps(a: { fields: Fields }, b: { fields: Fields }): number {
  const left = sortedEntries(a.fields);
  const right = sortedEntries(b.fields);
  for (const [index, [name, value]] of left.entries()) {
    const other = right[index];
    if (!other) return 1;
    const order = compareUtf8(name, other[0]) || compareValues(value, other[1]);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

/** Vectors: first by their number of dimensions, then by their elements. */
function compareVectors(a: { fields: Fields }, b: { fields: Fields }): number {
  const left = a.fields.get('value');
  const right = b.fields.get('value');
  if (left?.kind !== 'array' || right?.kind !== 'array') return compareMaps(a, b);
  return left.values.length - right.values.length || compareArrays(left.values, right.values);
}

const sortedEntries = (fields: Fields): [string, Value][] =>
  [...fields].sort(([a], [b]) => compareUtf8(a, b));
