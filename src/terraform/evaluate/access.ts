import type { Step } from '../ast.ts';
import { terraformError } from '../diagnostics.ts';
import type { SourceRange } from '../source.ts';
import { Unknown } from '../stack.ts';
import { ConversionError, convert, numberType, stringType } from '../types/index.ts';
import { SetValue, type Value } from '../value.ts';
import { evaluate } from './expression.ts';
import { friendlyType, mark, unmark } from './marks.ts';
import type { Scope } from './scope.ts';

/** `source.name` or `source[key]`. Throws `TerraformError` at the step when there is no such part. */
export function applyStep(source: Value, step: Step, scope: Scope): Value {
  if (step.kind === 'attribute') return getAttribute(source, step.name, step.range, scope);
  return getIndex(source, evaluate(step.key, scope), step.range, scope);
}

export function getAttribute(source: Value, name: string, range: SourceRange, scope: Scope): Value {
  const { value, sensitive } = unmark(source);
  const unsupported = (detail: string) => terraformError('Unsupported attribute', detail, range);
  if (value === null) {
    throw terraformError(
      'Attempt to get attribute from null value',
      'This value is null, so it does not have any attributes.',
      range,
    );
  }
  if (value instanceof Unknown) {
    requireComposite(value, range);
    return mark(new Unknown(`${value.from}.${name}`, elementTypeOf(value, 'map')), sensitive);
  }
  if (Array.isArray(value)) {
    throw unsupported(
      `Can't access attributes on a list of objects. Did you mean to access attribute "${name}" for a specific element of the list, or across all elements of the list?`,
    );
  }
  if (value instanceof SetValue) {
    throw unsupported(
      `Can't access attributes on a set of objects. Did you mean to access an attribute across all elements of the set?`,
    );
  }
  if (typeof value !== 'object') {
    throw unsupported(`Can't access attributes on a primitive-typed value (${friendlyType(value)}).`);
  }
  if (Object.hasOwn(value, name)) return mark(value[name] ?? null, sensitive);
  const missing = scope.context.resources.missingAttribute(value, name, range);
  if (missing === undefined) throw unsupported(`This object does not have an attribute named "${name}".`);
  return mark(missing, sensitive);
}

export function getIndex(source: Value, key: Value, range: SourceRange, scope: Scope): Value {
  const collection = unmark(source);
  const index = unmark(key);
  const sensitive = collection.sensitive || index.sensitive;
  const { value } = collection;
  const invalid = (detail: string) => terraformError('Invalid index', detail, range);
  if (value === null) {
    throw terraformError(
      'Attempt to index null value',
      'This value is null, so it does not have any indices.',
      range,
    );
  }
  if (index.value === null) throw invalid("Can't use a null value as an indexing key.");
  if (value instanceof SetValue) {
    throw invalid(
      "Elements of a set are identified only by their value and don't have any separate index or key to select with, so it's only possible to perform operations across all elements of the set.",
    );
  }
  if (index.value instanceof Unknown) {
    if (value instanceof Unknown) requireComposite(value, range);
    return mark(new Unknown(index.value.from), sensitive);
  }
  if (value instanceof Unknown) {
    requireComposite(value, range);
    const step = typeof index.value === 'string' ? JSON.stringify(index.value) : index.value;
    return mark(new Unknown(`${value.from}[${step}]`, elementTypeOf(value, 'list', 'map')), sensitive);
  }
  if (typeof value !== 'object') throw invalid('This value does not have any indices.');
  if (Array.isArray(value)) {
    const at = keyAs(index.value, numberType, 'a number is required', range);
    return mark(elementAt(value, typeof at === 'number' ? at : 0, range), sensitive);
  }
  const name = keyAs(index.value, stringType, 'a string is required', range);
  if (typeof name === 'string') {
    if (Object.hasOwn(value, name)) return mark(value[name] ?? null, sensitive);
    const missing = scope.context.resources.missingAttribute(value, name, range);
    if (missing !== undefined) return mark(missing, sensitive);
  }
  throw invalid('The given key does not identify an element in this collection value.');
}

function keyAs(key: Value, type: typeof numberType, required: string, range: SourceRange): Value {
  try {
    return convert(key, type);
  } catch (error) {
    if (!(error instanceof ConversionError)) throw error;
    throw terraformError(
      'Invalid index',
      `The given key does not identify an element in this collection value: ${required}.`,
      range,
    );
  }
}

function elementAt(list: readonly Value[], at: number, range: SourceRange): Value {
  const element = list[at];
  if (element !== undefined) return element;
  const problem = !Number.isInteger(at)
    ? 'indexing a sequence requires a whole number, but the given index has a fractional part'
    : at < 0
      ? 'a negative number is not a valid index for a sequence'
      : list.length === 0
        ? 'the collection has no elements'
        : 'the given index is greater than or equal to the length of the collection';
  throw terraformError(
    'Invalid index',
    `The given key does not identify an element in this collection value: ${problem}.`,
    range,
  );
}

function requireComposite(value: Unknown, range: SourceRange): void {
  if (value.type === 'string' || value.type === 'number' || value.type === 'bool') {
    throw terraformError(
      'Unsupported attribute',
      `Can't access attributes on a primitive-typed value (${value.type}).`,
      range,
    );
  }
}

/** The element type of an unknown `list(string)` or `map(string)`, where the type says it. */
function elementTypeOf(value: Unknown, ...kinds: string[]): string {
  const match = /^(list|map)\((.*)\)$/.exec(value.type);
  return match !== null && kinds.includes(match[1] ?? '') ? (match[2] ?? 'dynamic') : 'dynamic';
}
