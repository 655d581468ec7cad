import type { SqlFunction } from '../functions.ts';
import { isObject, type Value } from '../value.ts';
import { parseDateTime } from './date.ts';

function test(check: (value: Value) => boolean): SqlFunction {
  return { minArguments: 1, maxArguments: 1, run: ([value]) => check(value) };
}

const isPrimitive = (value: Value) =>
  value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

/** Type tests never give undefined: `IS_NULL(undefined)` is false. */
export const typeFunctions: Record<string, SqlFunction> = {
  IS_ARRAY: test(Array.isArray),
  IS_BOOL: test((value) => typeof value === 'boolean'),
  IS_DATETIME: test((value) => parseDateTime(value) !== undefined),
  IS_DEFINED: test((value) => value !== undefined),
  IS_FINITE_NUMBER: test((value) => typeof value === 'number' && Number.isFinite(value)),
  IS_INTEGER: test(
    (value) => typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= 2 ** 63,
  ),
  IS_NULL: test((value) => value === null),
  IS_NUMBER: test((value) => typeof value === 'number'),
  IS_OBJECT: test(isObject),
  IS_PRIMITIVE: test(isPrimitive),
  IS_STRING: test((value) => typeof value === 'string'),
  IIF: {
    minArguments: 3,
    maxArguments: 3,
    run: ([condition, then, otherwise]) => (condition === true ? then : otherwise),
  },
  CHOOSE: {
    minArguments: 2,
    maxArguments: Number.POSITIVE_INFINITY,
    // The index counts from 1.
    run: ([index, ...choices]) =>
      typeof index === 'number' && Number.isInteger(index) && index >= 1 ? choices[index - 1] : undefined,
  },
};
