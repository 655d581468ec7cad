import { type StackValue, type StackValues, Unknown } from '../stack.ts';

/** A provider's complaint about arguments; the evaluator adds the place. */
export class ProviderError extends Error {
  override name = 'ProviderError';
}

/** The text of an argument; undefined when it is not set. */
export function textOf(value: StackValue | undefined): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/** A list or set of strings; a missing one is empty and nulls do not count. */
export function textsOf(value: StackValue | undefined): string[] {
  if (!Array.isArray(value)) return [];
  return value.map(textOf).filter((text) => text !== undefined);
}

/** The bodies of nested blocks of one type. */
export function blocksOf(value: StackValue | undefined): StackValues[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isValues);
}

function isValues(value: StackValue): value is StackValues {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Unknown);
}

/** The first value at any depth that is known only after apply. */
export function firstUnknown(value: StackValue): Unknown | undefined {
  if (value instanceof Unknown) return value;
  if (value === null || typeof value !== 'object') return undefined;
  for (const part of Object.values(value)) {
    const unknown = firstUnknown(part);
    if (unknown !== undefined) return unknown;
  }
  return undefined;
}

/** JSON as Go writes it: `<`, `>`, `&` and the line separators are escaped. */
export function goJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
