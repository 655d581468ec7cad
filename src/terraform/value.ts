import { Unknown } from './stack.ts';

/**
 * A value during evaluation. Lists and tuples are arrays, maps and objects are plain objects without a
 * prototype chain of their own; sets keep their own class because they have no order and no index.
 */
export type Value = null | boolean | number | string | Value[] | SetValue | Unknown | Sensitive | ObjectValue;
export interface ObjectValue {
  [key: string]: Value;
}

/** A set: distinct elements in Terraform's order (strings by code point, numbers ascending). */
export class SetValue {
  readonly elements: readonly Value[];

  constructor(elements: readonly Value[]) {
    this.elements = elements;
  }
}

/** A value that must not be shown. Only ever the outermost wrapper of a value: `Sensitive` never holds `Sensitive`. */
export class Sensitive {
  readonly value: Exclude<Value, Sensitive>;

  constructor(value: Exclude<Value, Sensitive>) {
    this.value = value;
  }
}

/** A value without unknown or sensitive parts, at any depth. */
export type KnownValue =
  | null
  | boolean
  | number
  | string
  | KnownValue[]
  | SetValue
  | { [key: string]: KnownValue };

export function isObject(value: Value): value is ObjectValue {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof SetValue) &&
    !(value instanceof Unknown) &&
    !(value instanceof Sensitive)
  );
}
