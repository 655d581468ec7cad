import {
  type AttributeType,
  type AttributeValue,
  attributeOf,
  fromBase64,
  highCodeUnit,
  type Item,
} from './attribute-value.ts';
import { sortableNumber } from './decimal.ts';
import { invalid, invalidParameter } from './errors.ts';

export type KeyType = 'S' | 'N' | 'B';

export interface KeyAttribute {
  name: string;
  type: KeyType;
}

/** Primary key of a table or an index. */
export interface KeySchema {
  hash: KeyAttribute;
  range?: KeyAttribute;
}

const maximumHashKeyBytes = 2048;
const maximumRangeKeyBytes = 1024;

export function keyAttributes({ hash, range }: KeySchema): KeyAttribute[] {
  return range ? [hash, range] : [hash];
}

/** Text that stands for a key value, ordered as DynamoDB orders the values. */
export function sortableKey(value: AttributeValue): string {
  if ('S' in value) return highCodeUnit.test(value.S) ? inCodePointOrder(value.S) : value.S;
  if ('N' in value) return sortableNumber(value.N);
  if ('B' in value) return fromBase64(value.B).toString('latin1');
  throw new Error('Keys are strings, numbers or binaries.');
}

/**
 * The partition that a hash key value names. Its first two characters are a hash of the value, so partitions
 * in order of their names are in hash order, as a scan returns them.
 */
export function partitionOf(value: AttributeValue): string {
  const text = sortableKey(value);
  const hash = hashOf(text);
  return String.fromCharCode(hash >>> 16, hash & 0xffff) + text;
}

/** First partition name of a scan segment; `segment` may be `totalSegments` for the end of the last one. */
export function segmentStart(segment: number, totalSegments: number): string | undefined {
  const hash = Math.ceil((segment * 2 ** 32) / totalSegments);
  return hash >= 2 ** 32 ? undefined : String.fromCharCode(hash >>> 16, hash & 0xffff);
}

/** The key attributes of an item. */
export function keyOf(item: Item, schema: KeySchema): Item {
  return pickAttributes(
    item,
    keyAttributes(schema).map(({ name }) => name),
  );
}

export function pickAttributes(item: Item, names: Iterable<string>): Item {
  const picked: [string, AttributeValue][] = [];
  for (const name of names) {
    const value = attributeOf(item, name);
    if (value) picked.push([name, value]);
  }
  return Object.fromEntries(picked);
}

/** Throws unless `key` has exactly the key attributes, with their types and sizes. */
export function expectKey(key: Item, schema: KeySchema): void {
  const { hash, range } = schema;
  let count = 0;
  for (const _ in key) count++;
  if (count !== (range ? 2 : 1)) throw keyMismatch();
  expectKeyElement(attributeOf(key, hash.name), hash, true);
  if (range) expectKeyElement(attributeOf(key, range.name), range, false);
}

export function expectKeyElement(
  value: AttributeValue | undefined,
  attribute: KeyAttribute,
  isHash: boolean,
): void {
  if (!value || !(attribute.type in value)) throw keyMismatch();
  if (isEmptyKey(value)) {
    const kind = attribute.type === 'S' ? 'string' : 'binary';
    throw invalid(
      `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty ${kind} value. Key: ${attribute.name}`,
    );
  }
  expectKeySize(value, isHash);
}

/** Throws unless the item has the key attributes of the table. */
export function expectItemKey(item: Item, schema: KeySchema): void {
  for (const attribute of keyAttributes(schema)) {
    const value = attributeOf(item, attribute.name);
    if (!value) throw invalidParameter(`Missing the key ${attribute.name} in the item`);
    if (!(attribute.type in value)) {
      throw invalidParameter(
        `Type mismatch for key ${attribute.name} expected: ${attribute.type} actual: ${Object.keys(value)[0]}`,
      );
    }
    expectKeyElement(value, attribute, attribute === schema.hash);
  }
}

export function isEmptyKey(value: AttributeValue): boolean {
  return ('S' in value && value.S === '') || ('B' in value && value.B === '');
}

export function expectKeySize(value: AttributeValue, isHash: boolean): void {
  const bytes = 'S' in value ? Buffer.byteLength(value.S) : 'B' in value ? fromBase64(value.B).length : 0;
  if (isHash && bytes > maximumHashKeyBytes) {
    throw invalidParameter(
      `Size of hashkey has exceeded the maximum size limit of${maximumHashKeyBytes} bytes`,
    );
  }
  if (!isHash && bytes > maximumRangeKeyBytes) {
    throw invalidParameter(
      `Aggregated size of all range keys has exceeded the size limit of ${maximumRangeKeyBytes} bytes`,
    );
  }
}

export function isKeyType(type: AttributeType | string): type is KeyType {
  return type === 'S' || type === 'N' || type === 'B';
}

export function keyMismatch(): Error {
  return invalid('The provided key element does not match the schema');
}

/** Code units in the order of the code points they encode, which is also the order of their UTF-8 bytes. */
function inCodePointOrder(text: string): string {
  return text.replace(/[\uD800-\uFFFF]/g, (unit) => {
    const code = unit.charCodeAt(0);
    return String.fromCharCode(code >= 0xe000 ? code - 0x800 : code + 0x2000);
  });
}

/** FNV-1a with a final mix, so that similar keys lie far apart. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
