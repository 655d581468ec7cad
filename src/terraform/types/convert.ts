import { Unknown } from '../stack.ts';
import { isObject, type ObjectValue, Sensitive, SetValue, type Value } from '../value.ts';
import { makeSet, sortedKeys } from './compare.ts';
import {
  type AttributeConstraint,
  anyType,
  hasAny,
  objectFrom,
  type TypeConstraint,
  typeExpression,
  typeName,
  typeOf,
} from './constraint.ts';
import { numberText, parseNumber } from './number.ts';
import { unifyTypes } from './unify.ts';

/** A value that does not fit a type. The message is Terraform's, `path` says where in the value: `.rules[0].port`. */
export class ConversionError extends Error {
  override name = 'ConversionError';
  readonly path: string;

  constructor(message: string, path = '') {
    super(message);
    this.path = path;
  }
}

/**
 * The value as `type`, by Terraform's automatic conversions: string <-> number, string <-> bool, list <-> set,
 * tuple to list or set, object to map, `any` to the one type that fits all elements, `optional()` defaults for missing
 * and null attributes. Attributes that an object type does not name are dropped. Null fits every type. Unknowns stay
 * unknown (of the new type) and sensitive marks stay where they are; in a set they move to the set as a whole.
 * `path` is where the value stands, for `ConversionError.path`. Throws `ConversionError`.
 * Source: https://developer.hashicorp.com/terraform/language/expressions/types#type-conversion
 */
export function convert(value: Value, type: TypeConstraint, path = ''): Value {
  const problem = mismatch(value, type);
  if (problem !== undefined) throw new ConversionError(problem, path);
  return convertFitting(value, type, path);
}

/**
 * The values converted to the type they have in common, as the elements of a `list(any)` or the two results of a
 * conditional are. Nulls stay null. Throws `ConversionError` when there is no such type.
 */
export function unify(values: readonly Value[]): Value[] {
  const type = unifyTypes(values.map(typeOf));
  if (type === undefined) throw new ConversionError('cannot find a common base type for all elements');
  return values.map((value) => convertFitting(value, type, ''));
}

/**
 * Why the type of a value can never become `type`, or undefined. Whether a string spells a number is not a
 * matter of types and left to the conversion, as in Terraform, whose messages depend on that order.
 */
function mismatch(value: Value, type: TypeConstraint): string | undefined {
  if (value instanceof Sensitive) return mismatch(value.value, type);
  if (value === null || type.kind === 'any') return undefined;
  if (value instanceof Unknown) return typeMismatch(typeOf(value), type);
  const required = `${typeName(type)} required`;
  switch (type.kind) {
    case 'string':
      return typeof value === 'object' ? required : undefined;
    case 'number':
    case 'bool':
      return typeof value === 'string' || typeOf(value).kind === type.kind ? undefined : required;
    case 'list':
    case 'set':
      if (value instanceof SetValue) return setMismatch(value, type.kind, type.element);
      if (!Array.isArray(value)) return required;
      if (type.element.kind === 'any') {
        return unifiable(value) ? undefined : `all ${type.kind} elements must have the same type`;
      }
      return firstMismatch(value.map((element, at) => [String(at), element, type.element]));
    case 'map':
      if (!isObject(value)) return required;
      if (type.element.kind === 'any') {
        return unifiable(Object.values(value)) ? undefined : 'all map elements must have the same type';
      }
      return firstMismatch(
        sortedKeys(value).map((key) => [JSON.stringify(key), value[key] ?? null, type.element]),
      );
    case 'tuple':
      if (!Array.isArray(value) || value.length !== type.elements.length) return required;
      return (
        firstMismatch(value.map((element, at) => [String(at), element, type.elements[at] ?? anyType])) &&
        required
      );
    case 'object':
      return isObject(value) ? objectMismatch(value, type.attributes) : required;
  }
}

function unifiable(values: readonly Value[]): boolean {
  return unifyTypes(values.map(typeOf)) !== undefined;
}

function firstMismatch(elements: Iterable<readonly [string, Value, TypeConstraint]>): string | undefined {
  for (const [name, element, type] of elements) {
    const problem = mismatch(element, type);
    if (problem !== undefined) return `element ${name}: ${problem}`;
  }
  return undefined;
}

function setMismatch(set: SetValue, kind: 'list' | 'set', elementType: TypeConstraint): string | undefined {
  for (const element of set.elements) {
    const problem = mismatch(element, elementType);
    if (problem !== undefined) return `incorrect ${kind} element type: ${problem}`;
  }
  return undefined;
}

function objectMismatch(
  value: ObjectValue,
  attributes: Record<string, AttributeConstraint>,
): string | undefined {
  const names = sortedKeys(attributes);
  const missing = names.filter((name) => !Object.hasOwn(value, name) && attributes[name]?.optional === false);
  if (missing.length > 0) return missingAttributes(missing.map((name) => JSON.stringify(name)));
  for (const name of names) {
    if (!Object.hasOwn(value, name)) continue;
    const problem = mismatch(value[name] ?? null, attributes[name]?.type ?? anyType);
    if (problem !== undefined) return `attribute ${JSON.stringify(name)}: ${problem}`;
  }
  return undefined;
}

function missingAttributes(quoted: string[]): string {
  if (quoted.length === 1) return `attribute ${quoted[0]} is required`;
  if (quoted.length === 2) return `attributes ${quoted[0]} and ${quoted[1]} are required`;
  return `attributes ${quoted.slice(0, -1).join(', ')}, and ${quoted.at(-1)} are required`;
}

/** The mismatch of an unknown of which only the type can be judged. */
function typeMismatch(got: TypeConstraint, want: TypeConstraint): string | undefined {
  const required = `${typeName(want)} required`;
  if (got.kind === 'any' || want.kind === 'any' || got.kind === want.kind) {
    if (!('element' in got) || !('element' in want)) return undefined;
    const problem = typeMismatch(got.element, want.element);
    return problem && `incorrect ${want.kind} element type: ${problem}`;
  }
  switch (want.kind) {
    case 'string':
      return got.kind === 'number' || got.kind === 'bool' ? undefined : required;
    case 'number':
    case 'bool':
      return got.kind === 'string' ? undefined : required;
    case 'list':
    case 'set': {
      if (got.kind !== 'list' && got.kind !== 'set') return required;
      const problem = typeMismatch(got.element, want.element);
      return problem && `incorrect ${want.kind} element type: ${problem}`;
    }
    case 'object':
      return got.kind === 'map' ? undefined : required;
    default:
      return required;
  }
}

function convertFitting(value: Value, type: TypeConstraint, path: string): Value {
  if (value === null || type.kind === 'any') return value;
  if (value instanceof Sensitive) return sensitive(convertFitting(value.value, type, path));
  if (value instanceof Unknown) return new Unknown(value.from, typeExpression(type));
  switch (type.kind) {
    case 'string':
      return primitiveText(value, path);
    case 'number':
      return typeof value === 'string' ? numberFrom(value, path) : value;
    case 'bool':
      return typeof value === 'string' ? boolFrom(value, path) : value;
    case 'list':
      return convertElements(elementsOf(value), type.element, path);
    case 'set':
      return makeSet(convertElements(elementsOf(value), type.element, path));
    case 'map':
      return isObject(value) ? convertMap(value, type.element, path) : value;
    case 'tuple':
      return elementsOf(value).map((element, at) =>
        convertFitting(element, type.elements[at] ?? anyType, `${path}[${at}]`),
      );
    case 'object':
      return isObject(value) ? convertObject(value, type.attributes, path) : value;
  }
}

function sensitive(value: Value): Sensitive {
  return value instanceof Sensitive ? value : new Sensitive(value);
}

function elementsOf(value: Value): readonly Value[] {
  if (value instanceof SetValue) return value.elements;
  return Array.isArray(value) ? value : [];
}

function primitiveText(value: Value, path: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return numberText(value);
  if (typeof value === 'boolean') return String(value);
  throw new ConversionError('string required', path);
}

function numberFrom(text: string, path: string): number {
  const number = parseNumber(text);
  if (number === undefined) throw new ConversionError('a number is required', path);
  return number;
}

function boolFrom(text: string, path: string): boolean {
  if (text === 'true' || text === '1') return true;
  if (text === 'false' || text === '0') return false;
  const lower = text.toLowerCase();
  const hint =
    lower === 'true' || lower === 'false' ? `; to convert from string, use lowercase "${lower}"` : '';
  throw new ConversionError(`a bool is required${hint}`, path);
}

function convertElements(elements: readonly Value[], type: TypeConstraint, path: string): Value[] {
  const converted = elements.map((element, at) => convertFitting(element, type, `${path}[${at}]`));
  return hasAny(type) ? unify(converted) : converted;
}

function convertMap(value: ObjectValue, type: TypeConstraint, path: string): ObjectValue {
  const keys = sortedKeys(value);
  const converted = keys.map((key) =>
    convertFitting(value[key] ?? null, type, `${path}[${JSON.stringify(key)}]`),
  );
  const elements = hasAny(type) ? unify(converted) : converted;
  return objectFrom(keys.map((key, at) => [key, elements[at] ?? null] as const));
}

function convertObject(
  value: ObjectValue,
  attributes: Record<string, AttributeConstraint>,
  path: string,
): ObjectValue {
  return objectFrom(
    sortedKeys(attributes).map((name) => {
      const attribute = attributes[name];
      const given = Object.hasOwn(value, name) ? (value[name] ?? null) : null;
      const type = attribute?.type ?? anyType;
      if (given === null && attribute?.default !== undefined)
        return [name, convert(attribute.default, type, path)] as const;
      return [name, convertFitting(given, type, `${path}.${name}`)] as const;
    }),
  );
}
