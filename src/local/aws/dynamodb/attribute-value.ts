import { canonicalNumber, compareNumbers, numberSizeBytes } from './decimal.ts';
import { invalid, invalidParameter, unreadable } from './errors.ts';

/** One value in DynamoDB JSON. Numbers are canonical text, binary is Base64. Never changed in place. */
export type AttributeValue =
  | { readonly S: string }
  | { readonly N: string }
  | { readonly B: string }
  | { readonly BOOL: boolean }
  | { readonly NULL: true }
  | { readonly SS: readonly string[] }
  | { readonly NS: readonly string[] }
  | { readonly BS: readonly string[] }
  | { readonly L: readonly AttributeValue[] }
  | { readonly M: Item };

export type Item = { readonly [name: string]: AttributeValue };
export type AttributeType = 'S' | 'N' | 'B' | 'BOOL' | 'NULL' | 'SS' | 'NS' | 'BS' | 'L' | 'M';

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
export const maximumItemBytes = 400 * 1024;
const maximumNesting = 32;

export const attributeTypes: readonly AttributeType[] = [
  'S',
  'N',
  'B',
  'BOOL',
  'NULL',
  'SS',
  'NS',
  'BS',
  'L',
  'M',
];
const typeNames = new Set<string>(attributeTypes);

export function typeOf(value: AttributeValue): AttributeType {
  if ('S' in value) return 'S';
  if ('N' in value) return 'N';
  if ('M' in value) return 'M';
  if ('L' in value) return 'L';
  if ('BOOL' in value) return 'BOOL';
  if ('B' in value) return 'B';
  if ('NULL' in value) return 'NULL';
  if ('SS' in value) return 'SS';
  if ('NS' in value) return 'NS';
  return 'BS';
}

/** An attribute, or undefined; names such as `constructor` are plain names. */
export function attributeOf(item: Item, name: string): AttributeValue | undefined {
  return Object.hasOwn(item, name) ? item[name] : undefined;
}

/**
 * Parses one attribute value from a request: exactly one type, canonical numbers, non-empty sets without
 * duplicates, at most 32 levels. Throws SerializationException or ValidationException as DynamoDB does.
 */
export function readAttributeValue(raw: unknown, depth = 0): AttributeValue {
  if (typeof raw !== 'object' || raw === null) throw unreadable('Unexpected value type in payload');
  if (Array.isArray(raw)) {
    throw unreadable('Unrecognized collection type class com.amazonaws.dynamodb.v20120810.AttributeValue');
  }
  let type: string | undefined;
  let content: unknown;
  for (const [name, value] of Object.entries(raw)) {
    if (!typeNames.has(name) || value === null) continue;
    if (type !== undefined) {
      throw invalid(
        'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
      );
    }
    type = name;
    content = value;
  }
  if (type === 'S') return { S: expectString(content) };
  if (type === 'N') return { N: canonicalNumber(expectString(content)) };
  return readOther(type, content, depth);
}

function readOther(type: string | undefined, content: unknown, depth: number): AttributeValue {
  switch (type) {
    case 'BOOL':
      return { BOOL: expectBoolean(content) };
    case 'NULL':
      if (expectBoolean(content)) return { NULL: true };
      throw invalidParameter('Null attribute value types must have the value of true');
    case 'B':
      return { B: expectBase64(content) };
    case 'SS':
      return { SS: readStringSet(content) };
    case 'NS':
      return { NS: readNumberSet(content) };
    case 'BS':
      return { BS: readBinarySet(content) };
    case 'L':
      checkNesting(depth);
      return { L: expectList(content).map((element) => readAttributeValue(element, depth + 1)) };
    case 'M':
      checkNesting(depth);
      return { M: readItem(content, depth + 1) };
    default:
      throw invalid('Supplied AttributeValue is empty, must contain exactly one of the supported datatypes');
  }
}

/** Parses a map of attribute values: an item, a key or the content of an `M`. */
export function readItem(raw: unknown, depth = 0): Item {
  if (typeof raw !== 'object' || raw === null) throw unreadable('Unexpected field type');
  if (Array.isArray(raw)) {
    throw unreadable(
      'Unrecognized collection type java.util.Map<java.lang.String, com.amazonaws.dynamodb.v20120810.AttributeValue>',
    );
  }
  const item: Record<string, AttributeValue> = {};
  for (const [name, value] of Object.entries(raw)) {
    const parsed = readAttributeValue(value, depth);
    if (name === '__proto__') {
      Object.defineProperty(item, name, {
        value: parsed,
        enumerable: true,
        writable: true,
        configurable: true,
      });
    } else item[name] = parsed;
  }
  return item;
}

/**
 * Size of an item as DynamoDB bills and limits it, in bytes.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function itemSizeBytes(item: Item): number {
  let bytes = 0;
  for (const name in item) {
    const value = item[name];
    if (value !== undefined) bytes += textBytes(name) + valueSizeBytes(value);
  }
  return bytes;
}

export function valueSizeBytes(value: AttributeValue): number {
  if ('S' in value) return textBytes(value.S);
  if ('N' in value) return numberSizeBytes(value.N);
  if ('BOOL' in value || 'NULL' in value) return 1;
  if ('B' in value) return base64Bytes(value.B);
  // Maps and lists: 3 bytes, and 1 for each member.
  if ('M' in value) return 3 + Object.keys(value.M).length + itemSizeBytes(value.M);
  if ('L' in value) {
    return value.L.reduce((bytes, element) => bytes + 1 + valueSizeBytes(element), 3);
  }
  if ('SS' in value) return value.SS.reduce((bytes, text) => bytes + textBytes(text), 0);
  if ('NS' in value) return value.NS.reduce((bytes, number) => bytes + numberSizeBytes(number), 0);
  return value.BS.reduce((bytes, binary) => bytes + base64Bytes(binary), 0);
}

/** Equality by content: sets without order, maps without order, lists in order. */
export function sameValue(a: AttributeValue, b: AttributeValue): boolean {
  if (a === b) return true;
  if ('S' in a) return 'S' in b && a.S === b.S;
  if ('N' in a) return 'N' in b && a.N === b.N;
  if ('BOOL' in a) return 'BOOL' in b && a.BOOL === b.BOOL;
  if ('NULL' in a) return 'NULL' in b;
  if ('B' in a) return 'B' in b && a.B === b.B;
  if ('M' in a) return 'M' in b && sameItem(a.M, b.M);
  if ('L' in a) {
    return (
      'L' in b &&
      a.L.length === b.L.length &&
      a.L.every((element, index) => {
        const other = b.L[index];
        return other !== undefined && sameValue(element, other);
      })
    );
  }
  if ('SS' in a) return 'SS' in b && sameMembers(a.SS, b.SS);
  if ('NS' in a) return 'NS' in b && sameMembers(a.NS, b.NS);
  return 'BS' in b && sameMembers(a.BS, b.BS);
}

export function sameItem(a: Item, b: Item): boolean {
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) => {
    const [left, right] = [attributeOf(a, name), attributeOf(b, name)];
    return left !== undefined && right !== undefined && sameValue(left, right);
  });
}

/** Order of two strings, numbers or binaries; undefined for other types or two different ones. */
export function compareValues(a: AttributeValue, b: AttributeValue): number | undefined {
  if ('S' in a && 'S' in b) return compareText(a.S, b.S);
  if ('N' in a && 'N' in b) return compareNumbers(a.N, b.N);
  if ('B' in a && 'B' in b) return Buffer.compare(fromBase64(a.B), fromBase64(b.B));
  return undefined;
}

export const fromBase64 = (text: string): Buffer => Buffer.from(text, 'base64');

/** Strings order by their UTF-8 bytes, which differs from code units above U+D7FF only. */
function compareText(a: string, b: string): number {
  if (a === b) return 0;
  if (highCodeUnit.test(a) || highCodeUnit.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : 1;
}

export const highCodeUnit = /[\uD800-\uFFFF]/;

function sameMembers(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((member) => b.includes(member));
}

function textBytes(text: string): number {
  return Buffer.byteLength(text);
}

function base64Bytes(text: string): number {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  return (text.length / 4) * 3 - padding;
}

function checkNesting(depth: number): void {
  if (depth >= maximumNesting) throw invalid('Nesting Levels have exceeded supported limits');
}

function readStringSet(content: unknown): string[] {
  const members = expectList(content).map(expectString);
  if (members.length === 0) throw invalidParameter('An string set  may not be empty');
  if (new Set(members).size < members.length) {
    throw invalidParameter(`Input collection [${members.join(', ')}] contains duplicates.`);
  }
  return members;
}

function readNumberSet(content: unknown): string[] {
  const members = expectList(content).map((member) => canonicalNumber(expectString(member)));
  if (members.length === 0) throw invalidParameter('An number set  may not be empty');
  if (new Set(members).size < members.length) throw invalid('Input collection contains duplicates');
  return members;
}

function readBinarySet(content: unknown): string[] {
  const members = expectList(content).map(expectBase64);
  if (members.length === 0) throw invalidParameter('Binary sets should not be empty');
  if (new Set(members).size < members.length) {
    throw invalidParameter(`Input collection [${members.join(', ')}]of type BS contains duplicates.`);
  }
  return members;
}

export function expectString(value: unknown): string {
  if (typeof value === 'string') return value;
  throw wrongType(value, 'String');
}

export function expectBoolean(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string') throw unreadable('Unexpected token received from parser');
  throw wrongType(value, 'Boolean');
}

export function expectList(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  if (typeof value === 'object' && value !== null) {
    throw unreadable('Start of structure or map found where not expected');
  }
  throw unreadable('Unexpected field type');
}

/** SerializationException for a scalar of the wrong JSON type. */
export function wrongType(value: unknown, wanted: string): Error {
  if (typeof value === 'boolean') {
    return unreadable(`${value ? 'TRUE_VALUE' : 'FALSE_VALUE'} cannot be converted to ${wanted}`);
  }
  if (typeof value === 'number') {
    const kind = Number.isInteger(value) ? 'NUMBER_VALUE' : 'DECIMAL_VALUE';
    return unreadable(`${kind} cannot be converted to ${wanted}`);
  }
  if (typeof value === 'string') return unreadable(`STRING_VALUE cannot be converted to ${wanted}`);
  if (Array.isArray(value)) return unreadable(`Unrecognized collection type class java.lang.${wanted}`);
  return unreadable('Start of structure or map found where not expected');
}

function expectBase64(value: unknown): string {
  if (typeof value !== 'string') {
    throw unreadable('only base-64-encoded strings are convertible to bytes');
  }
  if (value.length % 4 !== 0) {
    throw unreadable(`Base64 encoded length is expected a multiple of 4 bytes but found: ${value.length}`);
  }
  if (fromBase64(value).toString('base64') !== value) {
    throw unreadable('Invalid last non-pad Base64 character dectected');
  }
  return value;
}
