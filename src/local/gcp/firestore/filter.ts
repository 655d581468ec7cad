import { GrpcError } from '../grpc-server.ts';
import { type FieldPath, isNamePath, parseFieldPath, samePath } from './field-path.ts';
import type { WireFilter } from './messages.ts';
import { compareValues, equalValues, isNaNValue, nullValue, typeOrder, type Value } from './value.ts';

export type FieldOperator =
  | '<'
  | '<='
  | '>'
  | '>='
  | '=='
  | '!='
  | 'array-contains'
  | 'in'
  | 'array-contains-any'
  | 'not-in';

export interface FieldFilter {
  kind: 'field';
  path: FieldPath;
  op: FieldOperator;
  value: Value;
  /** How the caller said it, in the vendor's names: `NOT_EQUAL`, `IS_NOT_NULL`. */
  operatorName: string;
}

export type Filter =
  | FieldFilter
  | { kind: 'and'; filters: readonly Filter[] }
  | { kind: 'or'; filters: readonly Filter[] };

/** `StructuredQuery.FieldFilter.Operator` */
const fieldOperators: Record<number, [FieldOperator, string]> = {
  1: ['<', 'LESS_THAN'],
  2: ['<=', 'LESS_THAN_OR_EQUAL'],
  3: ['>', 'GREATER_THAN'],
  4: ['>=', 'GREATER_THAN_OR_EQUAL'],
  5: ['==', 'EQUAL'],
  6: ['!=', 'NOT_EQUAL'],
  7: ['array-contains', 'ARRAY_CONTAINS'],
  8: ['in', 'IN'],
  9: ['array-contains-any', 'ARRAY_CONTAINS_ANY'],
  10: ['not-in', 'NOT_IN'],
};

const nan: Value = { kind: 'double', value: Number.NaN };
/** `StructuredQuery.UnaryFilter.Operator` */
const unaryOperators: Record<number, [FieldOperator, Value, string]> = {
  2: ['==', nan, 'IS_NAN'],
  3: ['==', nullValue, 'IS_NULL'],
  4: ['!=', nan, 'IS_NOT_NAN'],
  5: ['!=', nullValue, 'IS_NOT_NULL'],
};

const maxDisjunctions = 30;
const maxListValues: Partial<Record<FieldOperator, number>> = {
  in: 30,
  'array-contains-any': 30,
  'not-in': 10,
};

/**
 * Reads a filter and checks the rules that span its parts.
 * https://cloud.google.com/firestore/docs/query-data/queries#limitations
 * @throws INVALID_ARGUMENT
 */
export function parseFilter(wire: WireFilter): Filter {
  const filter = readFilter(wire);
  checkNegations(filter);
  checkDisjunctions(disjunctionsOf(filter));
  return filter;
}

/** Every comparison in a filter. */
export function fieldFiltersOf(filter: Filter | undefined): FieldFilter[] {
  if (!filter) return [];
  return filter.kind === 'field' ? [filter] : filter.filters.flatMap(fieldFiltersOf);
}

/**
 * The filter as alternatives, each a list of comparisons that hold together: `or` is multiplied out, and each
 * value of `in` and `array-contains-any` is an alternative of its own, as in the service's own count.
 */
export function disjunctionsOf(filter: Filter | undefined): FieldFilter[][] {
  if (!filter) return [[]];
  if (filter.kind === 'or') return filter.filters.flatMap(disjunctionsOf);
  if (filter.kind === 'and') {
    return filter.filters.reduce<FieldFilter[][]>(
      (alternatives, part) => {
        const parts = disjunctionsOf(part);
        if (alternatives.length * parts.length > 10_000)
          throw tooManyDisjunctions(alternatives.length * parts.length);
        return alternatives.flatMap((left) => parts.map((right) => [...left, ...right]));
      },
      [[]],
    );
  }
  const single =
    filter.op === 'in' ? '==' : filter.op === 'array-contains-any' ? 'array-contains' : undefined;
  if (!single || filter.value.kind !== 'array') return [[filter]];
  return filter.value.values.map((value) => [{ ...filter, op: single, value }]);
}

function readFilter(wire: WireFilter): Filter {
  if (wire.composite) {
    const { op, filters } = wire.composite;
    if (op !== 1 && op !== 2) throw new GrpcError('INVALID_ARGUMENT', 'A composite filter needs AND or OR.');
    if (filters.length === 0) throw new GrpcError('INVALID_ARGUMENT', 'A composite filter needs filters.');
    return { kind: op === 1 ? 'and' : 'or', filters: filters.map(readFilter) };
  }
  if (wire.field) {
    const operator = fieldOperators[wire.field.op];
    if (!operator) throw new GrpcError('INVALID_ARGUMENT', `Unknown filter operator ${wire.field.op}.`);
    return fieldFilter(wire.field.field, operator[0], wire.field.value ?? nullValue, operator[1]);
  }
  if (wire.unary) {
    const operator = unaryOperators[wire.unary.op];
    if (!operator) throw new GrpcError('INVALID_ARGUMENT', `Unknown unary filter operator ${wire.unary.op}.`);
    return fieldFilter(wire.unary.field, ...operator);
  }
  throw new GrpcError('INVALID_ARGUMENT', 'A filter is empty.');
}

function fieldFilter(
  field: { fieldPath: string } | undefined,
  op: FieldOperator,
  value: Value,
  operatorName: string,
): FieldFilter {
  if (!field) throw new GrpcError('INVALID_ARGUMENT', 'A filter has no field.');
  const path = parseFieldPath(field.fieldPath);
  const maxValues = maxListValues[op];
  if (maxValues !== undefined) checkList(operatorName, value, maxValues);
  if (isNamePath(path)) checkNameOperand(op, value);
  return { kind: 'field', path, op, value, operatorName };
}

function checkList(operatorName: string, value: Value, maxValues: number): void {
  if (value.kind !== 'array' || value.values.length === 0) {
    throw new GrpcError('INVALID_ARGUMENT', `'${operatorName}' requires an non-empty ArrayValue.`);
  }
  if (value.values.length > maxValues) {
    throw new GrpcError(
      'INVALID_ARGUMENT',
      `'${operatorName}' supports up to ${maxValues} comparison values.`,
    );
  }
}

function checkNameOperand(op: FieldOperator, value: Value): void {
  if (op === 'array-contains' || op === 'array-contains-any') {
    throw new GrpcError('INVALID_ARGUMENT', `'${op}' can not be used with __name__.`);
  }
  const operands = value.kind === 'array' ? value.values : [value];
  if (operands.some(({ kind }) => kind !== 'reference')) {
    throw new GrpcError('INVALID_ARGUMENT', '__key__ filter value must be a Key');
  }
}

function checkNegations(filter: Filter): void {
  const filters = fieldFiltersOf(filter);
  const negations = filters.filter(({ op }) => op === '!=' || op === 'not-in');
  if (negations.length > 1) {
    throw new GrpcError(
      'INVALID_ARGUMENT',
      "Only a single 'NOT_EQUAL', 'NOT_IN', 'IS_NOT_NAN', or 'IS_NOT_NULL' filter allowed per query.",
    );
  }
  const isDisjunctive = (part: Filter): boolean =>
    part.kind === 'field'
      ? part.op === 'in' || part.op === 'array-contains-any'
      : (part.kind === 'or' && part.filters.length > 1) || part.filters.some(isDisjunctive);
  if (negations[0]?.op === 'not-in' && isDisjunctive(filter)) {
    throw new GrpcError(
      'INVALID_ARGUMENT',
      "'NOT_IN' cannot be used in the same query with 'IN', 'ARRAY_CONTAINS_ANY' or 'OR'.",
    );
  }
}

function checkDisjunctions(alternatives: readonly FieldFilter[][]): void {
  if (alternatives.length > maxDisjunctions) throw tooManyDisjunctions(alternatives.length);
  for (const filters of alternatives) {
    const contained = filters.filter(({ op }) => op === 'array-contains');
    // The same condition twice is one.
    const [first] = contained;
    if (
      first &&
      contained.some(({ path, value }) => !samePath(path, first.path) || !equalValues(value, first.value))
    ) {
      throw new GrpcError(
        'INVALID_ARGUMENT',
        "A maximum of 1 'ARRAY_CONTAINS' filter is allowed per disjunction.",
      );
    }
  }
}

const tooManyDisjunctions = (count: number): GrpcError =>
  new GrpcError(
    'INVALID_ARGUMENT',
    `Too many disjunctions after normalization. Result had ${count} disjunctions which is more than the maximum of ${maxDisjunctions}`,
  );

/** Whether a document matches; `valueAt` gives its value at a path. */
export function matches(filter: Filter, valueAt: (path: FieldPath) => Value | undefined): boolean {
  if (filter.kind === 'and') return filter.filters.every((part) => matches(part, valueAt));
  if (filter.kind === 'or') return filter.filters.some((part) => matches(part, valueAt));
  const value = valueAt(filter.path);
  return value !== undefined && holds(value, filter.op, filter.value);
}

/** Ranges stay within the type of their operand; a negation never matches null. */
function holds(value: Value, op: FieldOperator, operand: Value): boolean {
  switch (op) {
    case '==':
      return equalValues(value, operand);
    case '!=':
      return value.kind !== 'null' && !equalValues(value, operand);
    case '<':
    case '<=':
    case '>':
    case '>=':
      return inRange(value, op, operand);
    case 'in':
      return includes(operand, value);
    case 'not-in':
      return value.kind !== 'null' && !includes(operand, value) && !hasNull(operand);
    case 'array-contains':
      return includes(value, operand);
    case 'array-contains-any':
      return value.kind === 'array' && value.values.some((element) => includes(operand, element));
  }
}

function inRange(value: Value, op: '<' | '<=' | '>' | '>=', operand: Value): boolean {
  if (typeOrder(value) !== typeOrder(operand)) return false;
  if (isNaNValue(value) !== isNaNValue(operand)) return false;
  const order = compareValues(value, operand);
  return op === '<' ? order < 0 : op === '<=' ? order <= 0 : op === '>' ? order > 0 : order >= 0;
}

/** Null and NaN in a list of `in`, `not-in` or `array-contains-any` meet nothing. */
const includes = (list: Value, value: Value): boolean =>
  list.kind === 'array' &&
  value.kind !== 'null' &&
  !isNaNValue(value) &&
  list.values.some((element) => equalValues(element, value));

const hasNull = (list: Value): boolean =>
  list.kind === 'array' && list.values.some(({ kind }) => kind === 'null');
