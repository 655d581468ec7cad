import { Unknown } from '../stack.ts';
import { isObject, Sensitive, SetValue, type Value } from '../value.ts';
import { objectFrom } from './constraint.ts';

/** Orders strings by code point, as Terraform does; JavaScript's `<` goes by UTF-16 unit and differs above U+FFFF. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left === right) continue;
    // A surrogate stands for a code point above every other unit.
    const leftRank = left >= 0xd800 && left <= 0xdfff ? left + 0x10000 : left;
    const rightRank = right >= 0xd800 && right <= 0xdfff ? right + 0x10000 : right;
    return leftRank - rightRank;
  }
  return a.length - b.length;
}

/** Keys of a map or object in the order in which Terraform goes through them. */
export function sortedKeys(object: object): string[] {
  return Object.keys(object).sort(compareCodePoints);
}

/**
 * Equality without conversion: `1` is not `"1"`. Sensitive marks are looked through; an unknown equals only
 * itself, so decide about unknown operands before calling.
 */
export function equal(a: Value, b: Value): boolean {
  if (a instanceof Sensitive) return equal(a.value, b);
  if (b instanceof Sensitive) return equal(a, b.value);
  if (a === b) return true;
  if (Array.isArray(a)) return Array.isArray(b) && sameElements(a, b);
  if (a instanceof SetValue) return b instanceof SetValue && sameElements(a.elements, b.elements);
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && equal(a[key] ?? null, b[key] ?? null))
  );
}

function sameElements(a: readonly Value[], b: readonly Value[]): boolean {
  return a.length === b.length && a.every((element, index) => equal(element, b[index] ?? null));
}

/**
 * The order of the elements of a set: null last, numbers ascending, strings by code point, false before true.
 * For anything else Terraform orders by the text it hashes, which `hashText` follows.
 */
export function compareForSet(a: Value, b: Value): number {
  const left = a instanceof Sensitive ? a.value : a;
  const right = b instanceof Sensitive ? b.value : b;
  if (left === null || right === null) return Number(left === null) - Number(right === null);
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'string' && typeof right === 'string') return compareCodePoints(left, right);
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right);
  const unknownLast = Number(left instanceof Unknown) - Number(right instanceof Unknown);
  return unknownLast === 0 ? compareCodePoints(hashText(left), hashText(right)) : unknownLast;
}

function hashText(value: Value): string {
  if (value === null) return '~';
  if (value instanceof Unknown) return '?';
  if (value instanceof Sensitive) return hashText(value.value);
  if (typeof value === 'boolean') return value ? 'T' : 'F';
  if (typeof value === 'number') return tenDigits(value);
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((element) => `${hashText(element)};`).join('')}]`;
  if (value instanceof SetValue)
    return `[${value.elements.map((element) => `${hashText(element)};`).join('')}]`;
  return `{${sortedKeys(value)
    .map((key) => `${JSON.stringify(key)}:${hashText(value[key] ?? null)};`)
    .join('')}}`;
}

/** A number with ten significant digits, as Go's `%.10g` writes it. */
function tenDigits(value: number): string {
  const rounded = Number(value.toPrecision(10));
  const size = Math.abs(rounded);
  if (size !== 0 && (size >= 1e10 || size < 1e-4)) {
    return rounded.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  }
  return String(rounded);
}

/** The set of these values: equal ones once, in Terraform's order. A sensitive part makes the whole set sensitive. */
export function makeSet(values: readonly Value[]): SetValue | Sensitive {
  let sensitive = false;
  const plain = values.map((value) => {
    const [inner, marked] = unmarkDeep(value);
    sensitive ||= marked;
    return inner;
  });
  const set = new SetValue(distinctSorted(plain));
  return sensitive ? new Sensitive(set) : set;
}

function distinctSorted(values: readonly Value[]): Value[] {
  const sorted = [...values].sort(compareForSet);
  const kept: Value[] = [];
  for (const value of sorted) {
    // Values of equal rank stand side by side, so a repeated one can only be among the last of the same rank.
    let repeated = false;
    for (let at = kept.length - 1; at >= 0 && !repeated; at--) {
      const earlier = kept[at] ?? null;
      if (compareForSet(earlier, value) !== 0) break;
      repeated = equal(earlier, value);
    }
    if (!repeated) kept.push(value);
  }
  return kept;
}

/** The value without sensitive marks at any depth, and whether there was one. */
export function unmarkDeep(value: Value): [Value, boolean] {
  if (value instanceof Sensitive) return [unmarkDeep(value.value)[0], true];
  if (Array.isArray(value)) {
    const parts = value.map(unmarkDeep);
    return [parts.map(([inner]) => inner), parts.some(([, marked]) => marked)];
  }
  if (value instanceof SetValue) {
    const parts = value.elements.map(unmarkDeep);
    if (!parts.some(([, marked]) => marked)) return [value, false];
    return [new SetValue(parts.map(([inner]) => inner)), true];
  }
  if (!isObject(value)) return [value, false];
  const parts = Object.entries(value).map(([key, part]) => [key, unmarkDeep(part)] as const);
  return [
    objectFrom(parts.map(([key, [inner]]) => [key, inner] as const)),
    parts.some(([, [, marked]]) => marked),
  ];
}
