import { Unknown } from '../stack.ts';
import { numberText, objectFrom, sortedKeys } from '../types/index.ts';
import { Sensitive, SetValue, type Value } from '../value.ts';
import { FunctionError } from './function.ts';

const ESCAPED_BY_GO = /[<>&\u2028\u2029]/g;

/** `jsonencode`: without spaces, keys sorted, and with `<`, `>`, `&` escaped as Go does. */
export function encodeJson(value: Value): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return numberText(value);
  if (typeof value === 'string') return quoteJson(value);
  if (value instanceof SetValue) return encodeJson([...value.elements]);
  if (Array.isArray(value)) return `[${value.map(encodeJson).join(',')}]`;
  if (value instanceof Unknown || value instanceof Sensitive)
    throw new TypeError('cannot encode a value yet unknown');
  return `{${sortedKeys(value)
    .map((key) => `${quoteJson(key)}:${encodeJson(value[key] ?? null)}`)
    .join(',')}}`;
}

function quoteJson(text: string): string {
  return JSON.stringify(text).replace(
    ESCAPED_BY_GO,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** `jsondecode`. Of a key given twice the last counts. Throws `FunctionError` for text that is not JSON. */
export function decodeJson(text: string): Value {
  if (text.trim() === '') throw new FunctionError('EOF');
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new FunctionError(`the given text is not JSON: ${error.message}`);
  }
  return fromJson(parsed);
}

function fromJson(parsed: unknown): Value {
  if (parsed === null || typeof parsed === 'boolean') return parsed;
  if (typeof parsed === 'string') return parsed.toWellFormed().normalize('NFC');
  if (typeof parsed === 'number') {
    if (!Number.isFinite(parsed)) throw new FunctionError('a number in the JSON text is out of range');
    return parsed;
  }
  if (Array.isArray(parsed)) return parsed.map(fromJson);
  if (typeof parsed !== 'object') throw new TypeError('JSON has no such value');
  return objectFrom(
    Object.entries(parsed).map(
      ([key, value]) => [key.toWellFormed().normalize('NFC'), fromJson(value)] as const,
    ),
  );
}
