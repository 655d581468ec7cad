import { Unknown } from '../stack.ts';
import { isObject, type KnownValue, Sensitive, SetValue, type Value } from '../value.ts';
import { FunctionError } from './function.ts';

const VARIABLE_NAME = /^\p{ID_Start}[\p{ID_Continue}-]*$/u;

/** The second argument of `templatefile` and `templatestring`. Throws `FunctionError` unless it is a map of good names. */
export function templateVariables(value: Value): Record<string, KnownValue> {
  if (!isObject(value)) throw new FunctionError('invalid vars value: must be a map', 1);
  for (const name of Object.keys(value)) {
    if (VARIABLE_NAME.test(name)) continue;
    const rule = 'must start with a letter, followed by zero or more letters, digits, and underscores';
    throw new FunctionError(`invalid template variable name ${JSON.stringify(name)}: ${rule}`, 1);
  }
  if (!isKnownObject(value)) throw new TypeError('template variables must be known and unmarked');
  return value;
}

function isKnownObject(value: { [key: string]: Value }): value is { [key: string]: KnownValue } {
  return Object.values(value).every(isKnown);
}

function isKnown(value: Value): value is KnownValue {
  if (value instanceof Unknown || value instanceof Sensitive) return false;
  if (Array.isArray(value)) return value.every(isKnown);
  if (value instanceof SetValue) return value.elements.every(isKnown);
  return isObject(value) ? isKnownObject(value) : true;
}
