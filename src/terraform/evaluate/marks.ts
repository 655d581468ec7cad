import { Unknown } from '../stack.ts';
import { isObject, type ObjectValue, Sensitive, SetValue, type Value } from '../value.ts';

type Unmarked = Exclude<Value, Sensitive>;

export function unmark(value: Value): { value: Unmarked; sensitive: boolean } {
  return value instanceof Sensitive ? { value: value.value, sensitive: true } : { value, sensitive: false };
}

/** The value, as a sensitive one if `sensitive`. */
export function mark(value: Value, sensitive: boolean): Value {
  return sensitive && !(value instanceof Sensitive) ? new Sensitive(value) : value;
}

/** The first unknown at any depth, looking through sensitive marks. */
export function findUnknown(value: Value): Unknown | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (value instanceof Unknown) return value;
  if (value instanceof Sensitive) return findUnknown(value.value);
  for (const part of parts(value)) {
    const unknown = findUnknown(part);
    if (unknown !== undefined) return unknown;
  }
  return undefined;
}

export function containsSensitive(value: Value): boolean {
  if (typeof value !== 'object' || value === null || value instanceof Unknown) return false;
  return value instanceof Sensitive || parts(value).some(containsSensitive);
}

function parts(value: Value[] | SetValue | ObjectValue): readonly Value[] {
  if (Array.isArray(value)) return value;
  return value instanceof SetValue ? value.elements : Object.values(value);
}

/** What Terraform's messages call the type of a value. */
export function friendlyType(value: Value): string {
  if (value instanceof Sensitive) return friendlyType(value.value);
  if (value === null) return 'null';
  if (value instanceof Unknown) return value.type;
  if (Array.isArray(value)) return 'tuple';
  if (value instanceof SetValue) return 'set';
  if (isObject(value)) return 'object';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}
