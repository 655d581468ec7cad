import { Unknown } from '../stack.ts';
import { Sensitive, SetValue, type Value } from '../value.ts';

/** An attribute of an object type. `default` is what `optional(type, default)` gives for a missing or null attribute. */
export interface AttributeConstraint {
  type: TypeConstraint;
  optional: boolean;
  default?: Value;
}

/** A type as `variable` blocks declare it. */
export type TypeConstraint =
  | { kind: 'any' }
  | { kind: 'string' }
  | { kind: 'number' }
  | { kind: 'bool' }
  | { kind: 'list'; element: TypeConstraint }
  | { kind: 'set'; element: TypeConstraint }
  | { kind: 'map'; element: TypeConstraint }
  | { kind: 'object'; attributes: Record<string, AttributeConstraint> }
  | { kind: 'tuple'; elements: TypeConstraint[] };

export const anyType: TypeConstraint = { kind: 'any' };
export const stringType: TypeConstraint = { kind: 'string' };
export const numberType: TypeConstraint = { kind: 'number' };
export const boolType: TypeConstraint = { kind: 'bool' };
export const listOf = (element: TypeConstraint): TypeConstraint => ({ kind: 'list', element });
export const setOf = (element: TypeConstraint): TypeConstraint => ({ kind: 'set', element });
export const mapOf = (element: TypeConstraint): TypeConstraint => ({ kind: 'map', element });

/** The name that Terraform's messages give a type: `string`, `list of any single type`, `object`, `tuple`. */
export function typeName(type: TypeConstraint): string {
  switch (type.kind) {
    case 'any':
      return 'any type';
    case 'list':
    case 'set':
    case 'map':
      return `${type.kind} of ${type.element.kind === 'any' ? 'any single type' : typeName(type.element)}`;
    default:
      return type.kind;
  }
}

/** The type as one writes it in a configuration: `list(string)`, `object({name=string})`; `dynamic` for `any`. */
export function typeExpression(type: TypeConstraint): string {
  switch (type.kind) {
    case 'any':
      return 'dynamic';
    case 'list':
    case 'set':
    case 'map':
      return `${type.kind}(${typeExpression(type.element)})`;
    case 'tuple':
      return `tuple([${type.elements.map(typeExpression).join(',')}])`;
    case 'object': {
      const attributes = Object.keys(type.attributes).sort();
      return `object({${attributes.map((name) => attributeExpression(name, type.attributes[name])).join(',')}})`;
    }
    default:
      return type.kind;
  }
}

function attributeExpression(name: string, attribute: AttributeConstraint | undefined): string {
  const type = typeExpression(attribute?.type ?? anyType);
  return `${name}=${attribute?.optional ? `optional(${type})` : type}`;
}

/**
 * The type of a value. Lists and tuples share one representation, as do maps and objects: an array is
 * reported as a tuple and an object as an object, their most exact types. Null and unknowns without a type are `any`.
 */
export function typeOf(value: Value): TypeConstraint {
  if (value === null) return anyType;
  if (typeof value === 'string') return stringType;
  if (typeof value === 'number') return numberType;
  if (typeof value === 'boolean') return boolType;
  if (value instanceof Sensitive) return typeOf(value.value);
  if (value instanceof Unknown) return typeOfUnknown(value.type);
  if (Array.isArray(value)) return { kind: 'tuple', elements: value.map(typeOf) };
  if (value instanceof SetValue) {
    const first = value.elements.find((element) => element !== null);
    return setOf(first === undefined ? anyType : typeOf(first));
  }
  const attributes: Record<string, AttributeConstraint> = {};
  for (const [name, attribute] of Object.entries(value)) {
    setOwn(attributes, name, { type: typeOf(attribute), optional: false });
  }
  return { kind: 'object', attributes };
}

/** Reads `string`, `list(number)` and their nestings; a structural type of an unknown is not looked into. */
function typeOfUnknown(expression: string): TypeConstraint {
  switch (expression) {
    case 'string':
    case 'number':
    case 'bool':
      return { kind: expression };
  }
  const collection = /^(list|set|map)\((.*)\)$/.exec(expression);
  if (collection === null) return anyType;
  const element = typeOfUnknown(collection[2] ?? '');
  switch (collection[1]) {
    case 'list':
      return listOf(element);
    case 'set':
      return setOf(element);
    default:
      return mapOf(element);
  }
}

/** Whether `any` stands anywhere in the type, so that its final form depends on the value. */
export function hasAny(type: TypeConstraint): boolean {
  switch (type.kind) {
    case 'any':
      return true;
    case 'list':
    case 'set':
    case 'map':
      return hasAny(type.element);
    case 'tuple':
      return type.elements.some(hasAny);
    case 'object':
      return Object.values(type.attributes).some((attribute) => hasAny(attribute.type));
    default:
      return false;
  }
}

/** An object without prototype, so that keys as `__proto__` or `constructor` are keys like any other. */
export function objectFrom<T>(entries: Iterable<readonly [string, T]>): Record<string, T> {
  const object: Record<string, T> = Object.create(null);
  for (const [key, value] of entries) object[key] = value;
  return object;
}

function setOwn<T>(object: Record<string, T>, key: string, value: T): void {
  Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
}
