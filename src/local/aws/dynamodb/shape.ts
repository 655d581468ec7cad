import { expectBoolean, expectList, expectString, wrongType } from './attribute-value.ts';
import { invalid, unreadable } from './errors.ts';

/**
 * The members of a request, what type each has and what it must satisfy, in the words of the service model.
 * `parseInput` checks a request against it and gives its type.
 */
type Shape =
  | {
      readonly kind: 'string';
      readonly values?: readonly string[];
      readonly minimum?: number;
      readonly maximum?: number;
      readonly pattern?: RegExp;
    }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'integer'; readonly minimum?: number; readonly maximum?: number }
  | {
      readonly kind: 'list';
      readonly of: Shape;
      readonly minimum?: number;
      readonly maximum?: number;
    }
  | {
      readonly kind: 'map';
      readonly of: Shape;
      readonly minimum?: number;
      readonly maximum?: number;
    }
  | { readonly kind: 'structure'; readonly members: Members }
  /** Read later by its own reader (attribute values). */
  | { readonly kind: 'document' };

type Members = { readonly [name: string]: Shape & { readonly required?: true } };
export type StructureShape = { readonly kind: 'structure'; readonly members: Members };

type RequiredNames<M extends Members> = {
  [Name in keyof M]: M[Name] extends { readonly required: true } ? Name : never;
}[keyof M];

/** What `parseInput` gives for a shape. */
export type Parsed<S> = S extends { kind: 'structure'; members: infer M extends Members }
  ? { [Name in RequiredNames<M>]: Parsed<M[Name]> } & {
      [Name in Exclude<keyof M, RequiredNames<M>>]?: Parsed<M[Name]> | undefined;
    }
  : S extends { kind: 'string'; values: readonly (infer Value)[] }
    ? Value
    : S extends { kind: 'string' }
      ? string
      : S extends { kind: 'boolean' }
        ? boolean
        : S extends { kind: 'integer' }
          ? number
          : S extends { kind: 'list'; of: infer Of }
            ? Parsed<Of>[]
            : S extends { kind: 'map'; of: infer Of }
              ? { [key: string]: Parsed<Of> }
              : unknown;

export const string = { kind: 'string' } as const;
export const boolean = { kind: 'boolean' } as const;
export const document = { kind: 'document' } as const;
export const names = { kind: 'map', of: string } as const;
export const documents = { kind: 'map', of: document } as const;

export const required = <const S extends Shape>(shape: S) => ({ ...shape, required: true }) as const;
export const oneOf = <const Values extends readonly string[]>(...values: Values) =>
  ({ kind: 'string', values }) as const;
export const structure = <const M extends Members>(members: M) => ({ kind: 'structure', members }) as const;
export const integer = (minimum?: number, maximum?: number) => ({
  kind: 'integer' as const,
  ...(minimum !== undefined && { minimum }),
  ...(maximum !== undefined && { maximum }),
});
export const listOf = <const S extends Shape>(of: S, minimum?: number, maximum?: number) => ({
  kind: 'list' as const,
  of,
  ...(minimum !== undefined && { minimum }),
  ...(maximum !== undefined && { maximum }),
});
export const mapOf = <const S extends Shape>(of: S, minimum?: number, maximum?: number) => ({
  kind: 'map' as const,
  of,
  ...(minimum !== undefined && { minimum }),
  ...(maximum !== undefined && { maximum }),
});

/**
 * The request, checked and typed. A member of the wrong JSON type is a SerializationException; broken
 * constraints are listed in one ValidationException. Members that the shape does not name stay unread.
 */
export function parseInput<const S extends StructureShape>(shape: S, input: unknown): Parsed<S> {
  const problems: string[] = [];
  const parsed = check(shape, input ?? {}, '', problems);
  if (problems.length > 0) {
    const count = `${problems.length} validation error${problems.length > 1 ? 's' : ''}`;
    throw invalid(`${count} detected: ${problems.join('; ')}`);
  }
  // `check` has compared every member with the shape from which the type is derived.
  return parsed as Parsed<S>;
}

function check(shape: Shape, value: unknown, path: string, problems: string[]): unknown {
  switch (shape.kind) {
    case 'document':
      return value;
    case 'string': {
      const text = expectString(value);
      checkString(shape, text, path, problems);
      return text;
    }
    case 'boolean':
      return expectBoolean(value);
    case 'integer': {
      if (typeof value !== 'number') throw wrongType(value, 'Integer');
      checkRange(shape, value, 'value', value, path, problems);
      return Math.trunc(value);
    }
    case 'list': {
      const list = expectList(value);
      checkRange(shape, list.length, 'length', list, path, problems);
      return list.map((one, index) => check(shape.of, one, `${path}.${index + 1}.member`, problems));
    }
    case 'map': {
      const entries = Object.entries(expectObject(value));
      checkRange(shape, entries.length, 'length', value, path, problems);
      // Most maps hold documents, which have a reader of their own.
      if (shape.of.kind === 'document') return value;
      return Object.fromEntries(
        entries.map(([key, one]) => [key, check(shape.of, one, `${path}.${key}.member`, problems)]),
      );
    }
    case 'structure':
      return checkStructure(shape, expectObject(value), path, problems);
  }
}

function checkStructure(
  { members }: StructureShape,
  value: object,
  path: string,
  problems: string[],
): object {
  const parsed: Record<string, unknown> = {};
  for (const [name, content] of Object.entries(value)) {
    const shape = Object.hasOwn(members, name) ? members[name] : undefined;
    if (!shape || content === null || content === undefined) continue;
    parsed[name] = check(shape, content, memberPath(path, name), problems);
  }
  for (const name in members) {
    if (members[name]?.required && parsed[name] === undefined) {
      problems.push(
        `Value null at '${memberPath(path, name)}' failed to satisfy constraint: Member must not be null`,
      );
    }
  }
  return parsed;
}

function memberPath(path: string, name: string): string {
  const member = name.charAt(0).toLowerCase() + name.slice(1);
  return path === '' ? member : `${path}.${member}`;
}

function expectObject(value: unknown): object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw unreadable(Array.isArray(value) ? 'Unrecognized collection type' : 'Unexpected field type');
}

function checkString(
  shape: Extract<Shape, { kind: 'string' }>,
  text: string,
  path: string,
  problems: string[],
): void {
  const { values, pattern } = shape;
  if (values && !values.includes(text)) {
    add(problems, text, path, `Member must satisfy enum value set: [${values.join(', ')}]`);
  }
  if (pattern && !pattern.test(text)) {
    const source = pattern.source.replace(/^\^|\$$/g, '');
    add(problems, text, path, `Member must satisfy regular expression pattern: ${source}`);
  }
  checkRange(shape, text.length, 'length', text, path, problems);
}

function checkRange(
  { minimum, maximum }: { minimum?: number; maximum?: number },
  measured: number,
  what: 'length' | 'value',
  value: unknown,
  path: string,
  problems: string[],
): void {
  if (minimum !== undefined && measured < minimum) {
    add(problems, value, path, `Member must have ${what} greater than or equal to ${minimum}`);
  }
  if (maximum !== undefined && measured > maximum) {
    add(problems, value, path, `Member must have ${what} less than or equal to ${maximum}`);
  }
}

function add(problems: string[], value: unknown, path: string, constraint: string): void {
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  problems.push(`Value '${text}' at '${path}' failed to satisfy constraint: ${constraint}`);
}
