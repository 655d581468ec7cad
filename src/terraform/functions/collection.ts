import {
  ConversionError,
  convert,
  equal,
  listOf,
  mapOf,
  numberType,
  objectFrom,
  sortedKeys,
  stringType,
  unify,
} from '../types/index.ts';
import { isObject, Sensitive, type Value } from '../value.ts';
import {
  any,
  bools,
  define,
  defineVariadic,
  kindOf,
  list,
  nullable,
  num,
  of,
  partlyKnown,
  sequence,
  str,
  strings,
  whole,
} from './define.ts';
import { FunctionError, type TerraformFunction } from './function.ts';
import { graphemes } from './grapheme.ts';

/**
 * https://developer.hashicorp.com/terraform/language/functions, "Collection Functions"; those on sets are in `set.ts`.
 * A list and a tuple are one here, as are a map and an object: where Terraform's result depends on the difference
 * (`concat` of lists of two types gives one type, of tuples it does not), these go by the tuple and the object.
 */
export const collectionFunctions: Record<string, TerraformFunction> = {
  alltrue: define([bools('list')], ([list]) => list.every((element) => element === true)),
  anytrue: define([bools('list')], ([list]) => list.some((element) => element === true)),
  chunklist: partlyKnown(define([list('list'), num('size')], ([elements, size]) => chunk(elements, size))),
  coalesce: partlyKnown(defineVariadic([], nullable('vals'), (_, values) => coalesce(values))),
  coalescelist: partlyKnown(defineVariadic([], nullable('vals'), (_, values) => coalesceList(values))),
  compact: define([strings('list')], ([list]) =>
    list.filter((element) => element !== null && element !== ''),
  ),
  concat: partlyKnown(
    defineVariadic([], any('seqs'), (_, lists) => {
      if (lists.length === 0) throw new FunctionError('at least one argument is required');
      return lists.flatMap((list, at) => {
        if (Array.isArray(list)) return list;
        throw new FunctionError(`all arguments must be lists or tuples; got ${kindOf(list)}`, at);
      });
    }),
  ),
  contains: define([any('list'), any('value')], ([list, value]) => {
    const elements = sequence(list);
    if (elements === undefined) throw new FunctionError('argument must be list, tuple, or set');
    return elements.some((element) => equal(element, value));
  }),
  distinct: define([list('list')], ([elements]) =>
    elements.filter((element, at) => elements.findIndex((earlier) => equal(earlier, element)) === at),
  ),
  element: partlyKnown(define([any('list'), num('index')], ([list, index]) => elementAt(list, index))),
  flatten: partlyKnown(
    define([any('list')], ([list]) => {
      const elements = sequence(list);
      if (elements === undefined) throw new FunctionError('can only flatten lists, sets and tuples');
      return flatten(elements);
    }),
  ),
  index: define([any('list'), any('value')], ([list, value]) => {
    if (!Array.isArray(list)) throw new FunctionError('argument must be a list or tuple');
    if (list.length === 0) throw new FunctionError('cannot search an empty list');
    const at = list.findIndex((element) => equal(element, value));
    if (at < 0) throw new FunctionError('item not found');
    return at;
  }),
  keys: partlyKnown(
    define([any('inputMap')], ([map]) => {
      if (!isObject(map)) throw new FunctionError('must have map or object type', 0);
      return sortedKeys(map);
    }),
  ),
  length: partlyKnown(define([any('value')], ([value]) => length(value))),
  lookup: partlyKnown(
    defineVariadic([any('inputMap'), str('key')], nullable('default'), ([map, key], defaults) =>
      lookup(map, key, defaults),
    ),
  ),
  matchkeys: define([list('values'), list('keys'), list('searchset')], ([values, keys, searched]) =>
    matchKeys(values, keys, searched),
  ),
  merge: partlyKnown(defineVariadic([], nullable('maps'), (_, maps) => objectFrom(maps.flatMap(mergeable)))),
  one: partlyKnown(
    define([any('list')], ([list]) => {
      const elements = sequence(list);
      if (elements !== undefined && elements.length <= 1) return elements[0] ?? null;
      throw new FunctionError('must be a list, set, or tuple value with either zero or one elements', 0);
    }),
  ),
  range: defineVariadic([], num('params'), (_, limits) => range(limits)),
  reverse: partlyKnown(
    define([any('list')], ([list]) => {
      const elements = sequence(list);
      if (elements !== undefined) return [...elements].reverse();
      throw new FunctionError(`can only reverse list or tuple values, not ${kindOf(list)}`, 0);
    }),
  ),
  slice: partlyKnown(
    define([any('list'), num('start_index'), num('end_index')], ([list, start, end]) =>
      slice(list, start, end),
    ),
  ),
  sum: define([any('list')], ([list]) => sum(list)),
  transpose: define([of('values', mapOf(listOf(stringType)))], ([values]) => transpose(values)),
  values: partlyKnown(
    define([any('mapping')], ([map]) => {
      if (!isObject(map)) throw new FunctionError('values() requires a map as the first argument');
      return sortedKeys(map).map((key) => map[key] ?? null);
    }),
  ),
  zipmap: partlyKnown(define([strings('keys'), any('values')], ([keys, values]) => zipMap(keys, values))),
};

function chunk(elements: readonly Value[], size: number): Value[] {
  whole(size, 'invalid size: ');
  if (size < 0) throw new FunctionError('the size argument must be positive');
  if (elements.length === 0) return [];
  const step = size === 0 ? elements.length : size;
  return Array.from({ length: Math.ceil(elements.length / step) }, (_, at) =>
    elements.slice(at * step, (at + 1) * step),
  );
}

function coalesce(values: Value[]): Value {
  if (values.length === 0) throw new FunctionError('all arguments must have the same type');
  let unified: Value[];
  try {
    unified = unify(values);
  } catch (error) {
    if (!(error instanceof ConversionError)) throw error;
    throw new FunctionError('all arguments must have the same type');
  }
  const found = unified.find((value) => value !== null && plain(value) !== '');
  if (found === undefined) throw new FunctionError('no non-null, non-empty-string arguments');
  return found;
}

function plain(value: Value): Value {
  return value instanceof Sensitive ? value.value : value;
}

function coalesceList(values: Value[]): Value {
  if (values.length === 0) throw new FunctionError('at least one argument is required');
  for (const value of values) {
    if (!Array.isArray(value)) throw new FunctionError('coalescelist arguments must be lists or tuples');
    if (value.length > 0) return value;
  }
  throw new FunctionError('no non-null arguments');
}

function elementAt(list: Value, index: number): Value {
  if (!Array.isArray(list)) throw new FunctionError(`cannot read elements from ${kindOf(list)}`);
  whole(index, 'invalid index: ');
  if (index < 0) throw new FunctionError('cannot use element function with a negative index');
  if (list.length === 0) throw new FunctionError('cannot use element function with an empty list');
  return list[index % list.length] ?? null;
}

function flatten(elements: readonly Value[]): Value[] {
  return elements.flatMap((element) => {
    const inner = sequence(element);
    return inner === undefined ? [element] : flatten(inner);
  });
}

function length(value: Value): number {
  if (typeof value === 'string') return graphemes(value).length;
  const elements = sequence(value);
  if (elements !== undefined) return elements.length;
  if (isObject(value)) return Object.keys(value).length;
  throw new FunctionError('argument must be a string, a collection type, or a structural type');
}

function lookup(map: Value, key: string, defaults: Value[]): Value {
  if (defaults.length > 1) {
    throw new FunctionError(`lookup() takes two or three arguments, got ${defaults.length + 2}`);
  }
  if (!isObject(map)) throw new FunctionError('lookup() requires a map as the first argument', 0);
  if (Object.hasOwn(map, key)) return map[key] ?? null;
  const [fallback] = defaults;
  if (fallback !== undefined) return fallback;
  throw new FunctionError(`the given object has no attribute ${JSON.stringify(key)}`, 0);
}

function matchKeys(values: readonly Value[], keys: readonly Value[], searched: readonly Value[]): Value[] {
  if (values.length !== keys.length) throw new FunctionError('length of keys and values should be equal');
  let unified: Value[];
  try {
    unified = unify([...keys, ...searched]);
  } catch (error) {
    if (!(error instanceof ConversionError)) throw error;
    throw new FunctionError('keys and searchset must be of the same type');
  }
  const wanted = unified.slice(keys.length);
  return values.filter((_, at) => wanted.some((candidate) => equal(candidate, unified[at] ?? null)));
}

function mergeable(map: Value): [string, Value][] {
  if (map === null) return [];
  if (!isObject(map)) throw new FunctionError(`arguments must be maps or objects, got "${kindOf(map)}"`);
  return Object.entries(map);
}

const MOST_NUMBERS = 1024;

function range(limits: number[]): number[] {
  const [first = 0, second, third] = limits;
  if (limits.length === 0 || limits.length > 3)
    throw new FunctionError('must have one, two, or three arguments');
  const [start, end] = second === undefined ? [0, first] : [first, second];
  const step = third ?? (end < start ? -1 : 1);
  if (step > 0 && end < start) {
    throw new FunctionError('end must be greater than start when step is positive', 0);
  }
  if (step < 0 && end > start) {
    throw new FunctionError('end must be less than start when step is negative', 0);
  }
  const numbers: number[] = [];
  for (let number = start; step < 0 ? number > end : number < end; number += step) {
    if (numbers.length >= MOST_NUMBERS) {
      const remedy = 'either decrease the difference between start and end or use a smaller step';
      throw new FunctionError(`more than ${MOST_NUMBERS} values were generated; ${remedy}`);
    }
    numbers.push(number);
  }
  return numbers;
}

function slice(list: Value, start: number, end: number): Value {
  if (!Array.isArray(list)) throw new FunctionError(notSliceable(list), 0);
  whole(start);
  whole(end);
  if (start < 0) throw new FunctionError('start index must not be less than zero', 1);
  if (end > list.length)
    throw new FunctionError('end index must not be greater than the length of the list', 2);
  if (start > end) throw new FunctionError('start index must not be greater than end index', 1);
  return list.slice(start, end);
}

function notSliceable(value: Value): string {
  if (sequence(value) === undefined) return 'must be a list or tuple value';
  const remedy = 'explicitly convert to a list if the ordering of the result is not important';
  return `cannot slice a set, because its elements do not have indices; ${remedy}`;
}

function sum(list: Value): number {
  const elements = sequence(list);
  if (elements === undefined && !isObject(list)) throw new FunctionError('cannot sum noniterable', 0);
  if (length(list) === 0) throw new FunctionError('cannot sum an empty list', 0);
  if (elements === undefined)
    throw new FunctionError('argument must be list, set, or tuple. Received object', 0);
  return elements.reduce<number>((total, element) => total + summand(element), 0);
}

function summand(element: Value): number {
  try {
    const number = convert(element, numberType);
    if (typeof number === 'number') return number;
  } catch (error) {
    if (!(error instanceof ConversionError)) throw error;
  }
  throw new FunctionError('argument must be list, set, or tuple of number values', 0);
}

function transpose(values: Value): Value {
  if (!isObject(values)) throw new TypeError('transpose was given something else than a map');
  const transposed = new Map<string, string[]>();
  for (const key of sortedKeys(values)) {
    const list = values[key] ?? null;
    if (!Array.isArray(list)) throw new FunctionError('input must not contain null list');
    for (const element of list) {
      if (typeof element !== 'string') throw new FunctionError('input list must not contain null string');
      transposed.set(element, [...(transposed.get(element) ?? []), key]);
    }
  }
  return objectFrom(transposed);
}

function zipMap(keys: readonly (string | null)[], values: Value): Value {
  if (!Array.isArray(values)) throw new FunctionError('values argument must be a list or tuple value');
  if (keys.length !== values.length) {
    const counts = `number of keys (${keys.length}) does not match number of values (${values.length})`;
    throw new FunctionError(counts);
  }
  return objectFrom(
    keys.map((key, at) => {
      if (key === null) throw new FunctionError(`keys list has null value at index ${at}`);
      return [key, values[at] ?? null] as const;
    }),
  );
}
