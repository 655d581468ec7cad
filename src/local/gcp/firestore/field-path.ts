import { GrpcError } from '../grpc-server.ts';
import type { Fields, Value } from './value.ts';

/** The names of nested map fields from the outside in. */
export type FieldPath = readonly string[];

const parsed = /(?:`((?:[^`\\]|\\.)+)`|([a-zA-Z_][a-zA-Z_0-9]*))(\.|$)/suy;

/**
 * Reads `a.b` or `` `a-b`.c ``: a simple name stands as it is, any other between backticks with `\` before a
 * backtick or backslash. Rule: `StructuredQuery.FieldReference` in the API reference.
 * @throws INVALID_ARGUMENT
 */
export function parseFieldPath(text: string): FieldPath {
  if (/^[a-zA-Z_][a-zA-Z_0-9]*$/.test(text)) return [text];
  const segments: string[] = [];
  const pattern = new RegExp(parsed);
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text);
    if (!match) break;
    segments.push(match[2] ?? (match[1] ?? '').replace(/\\(.)/gs, '$1'));
    if (match[3] === '' && pattern.lastIndex === text.length) return segments;
  }
  throw new GrpcError(
    'INVALID_ARGUMENT',
    `Invalid property path "${text}". Quote unusual names with backticks.`,
  );
}

export const formatFieldPath = (path: FieldPath): string =>
  path
    .map((name) =>
      /^[a-zA-Z_][a-zA-Z_0-9]*$/.test(name) ? name : `\`${name.replace(/[\\`]/g, (mark) => `\\${mark}`)}\``,
    )
    .join('.');

export const isNamePath = (path: FieldPath): boolean => path.length === 1 && path[0] === '__name__';

export const samePath = (a: FieldPath, b: FieldPath): boolean =>
  a.length === b.length && a.every((name, index) => name === b[index]);

/** The value at a path, or `undefined` when a name on the way is missing or no map. */
export function valueAt(fields: Fields, path: FieldPath): Value | undefined {
  const first = path[0];
  if (first === undefined) return undefined;
  let value = fields.get(first);
  for (let index = 1; index < path.length; index++) {
    if (value?.kind !== 'map') return undefined;
    value = value.fields.get(path[index] ?? '');
  }
  return value;
}

/**
 * A copy of `fields` with the value at `path` set (maps are made on the way) or, for `undefined`, removed.
 * Documents are never changed in place: older versions of them stay readable.
 */
export function withValueAt(fields: Fields, path: FieldPath, value: Value | undefined): Fields {
  const [first, ...rest] = path;
  if (first === undefined) return fields;
  const result = new Map(fields);
  if (rest.length === 0) {
    if (value === undefined) result.delete(first);
    else result.set(first, value);
    return result;
  }
  const inner = fields.get(first);
  if (value === undefined && inner?.kind !== 'map') return fields;
  const nested = withValueAt(inner?.kind === 'map' ? inner.fields : new Map(), rest, value);
  return result.set(first, { kind: 'map', fields: nested });
}

/** Only the fields that a mask names; `undefined` means all. */
export function project(fields: Fields, mask: readonly FieldPath[] | undefined): Fields {
  if (!mask) return fields;
  let result: Fields = new Map();
  for (const path of mask) {
    const value = valueAt(fields, path);
    if (value) result = withValueAt(result, path, value);
  }
  return result;
}
