import type { Attribute } from '../ast.ts';
import { terraformError } from '../diagnostics.ts';
import { evaluate } from '../evaluate/expression.ts';
import { findUnknown, friendlyType, unmark } from '../evaluate/marks.ts';
import { bind, type Scope } from '../evaluate/scope.ts';
import { Unknown } from '../stack.ts';
import { ConversionError, convert, numberType, objectFrom, sortedKeys } from '../types/index.ts';
import { isObject, SetValue, type Value } from '../value.ts';
import type { Repetition } from './configuration.ts';

/** One instance of a resource or module: its key, if it has one, and the scope in which it is evaluated. */
export interface Instance {
  key: string | number | undefined;
  scope: Scope;
}

/** The instances that `count` or `for_each` make. Throws Terraform's errors for unsuitable values. */
export function expand({ count, forEach }: Repetition, scope: Scope): Instance[] {
  if (count !== undefined) return expandCount(count, scope);
  if (forEach !== undefined) return expandForEach(forEach, scope);
  return [{ key: undefined, scope }];
}

/** `["a"]`, `[0]`, or nothing. */
export function keyText(key: string | number | undefined): string {
  if (key === undefined) return '';
  return typeof key === 'number' ? `[${key}]` : `[${JSON.stringify(key)}]`;
}

/** All instances as the value that a reference without key has: a list, a map, or the only instance. */
export function instancesAsValue(
  repetition: Repetition,
  instances: readonly { key: string | number | undefined; value: Value }[],
): Value {
  if (repetition.count !== undefined) return instances.map(({ value }) => value);
  if (repetition.forEach !== undefined) {
    return objectFrom(instances.map(({ key, value }) => [String(key), value] as const));
  }
  return instances[0]?.value ?? null;
}

function expandCount({ value: expression }: Attribute, scope: Scope): Instance[] {
  const invalid = (detail: string) => terraformError('Invalid count argument', detail, expression.range);
  const { value } = unmark(evaluate(expression, scope));
  if (value instanceof Unknown) {
    throw invalid(
      `The "count" value depends on resource attributes that cannot be determined until apply, so Terraform cannot predict how many instances will be created. To work around this, use the -target argument to first apply only the resources that the count depends on.\n\nIt waits for ${value.from}.`,
    );
  }
  if (value === null) throw invalid('The given "count" argument value is null. An integer is required.');
  const count = asNumber(value);
  if (count === undefined || !Number.isInteger(count)) {
    throw invalid('The given "count" argument value is unsuitable: a whole number is required.');
  }
  if (count < 0)
    throw invalid('The given "count" argument value is unsuitable: must be greater than or equal to zero.');
  return Array.from({ length: count }, (_, index) => ({
    key: index,
    scope: bind(scope, 'count', objectFrom([['index', index] as const])),
  }));
}

function asNumber(value: Value): number | undefined {
  try {
    const number = convert(value, numberType);
    return typeof number === 'number' ? number : undefined;
  } catch (error) {
    if (error instanceof ConversionError) return undefined;
    throw error;
  }
}

function expandForEach({ value: expression }: Attribute, scope: Scope): Instance[] {
  const invalid = (detail: string) => terraformError('Invalid for_each argument', detail, expression.range);
  const unsuitable = (detail: string) =>
    invalid(`The given "for_each" argument value is unsuitable: ${detail}`);
  const { value, sensitive } = unmark(evaluate(expression, scope));
  if (sensitive) {
    throw invalid(
      'Sensitive values, or values derived from sensitive values, cannot be used as for_each arguments. If used, the sensitive value could be exposed as a resource instance key.',
    );
  }
  const advice =
    "\n\nWhen working with unknown values in for_each, it's better to use a map value where the keys are defined statically in your configuration and where only the values contain apply-time results.";
  if (value instanceof Unknown) {
    throw invalid(
      `The "for_each" value depends on resource attributes that cannot be determined until apply, and so Terraform cannot determine the full set of keys that will identify the instances of this resource. It waits for ${value.from}.${advice}`,
    );
  }
  if (value === null)
    throw unsuitable('the given "for_each" argument value is null. A map, or set of strings is allowed.');
  const instance = (key: string, element: Value): Instance => ({
    key,
    scope: bind(scope, 'each', objectFrom([['key', key as Value] as const, ['value', element] as const])),
  });
  if (isObject(value)) return sortedKeys(value).map((key) => instance(key, value[key] ?? null));
  if (!(value instanceof SetValue)) {
    throw unsuitable(
      `the "for_each" argument must be a map, or set of strings, and you have provided a value of type ${friendlyType(value)}.`,
    );
  }
  const unknown = findUnknown(value);
  if (unknown !== undefined) {
    throw invalid(
      `The "for_each" set includes values derived from resource attributes that cannot be determined until apply, and so Terraform cannot determine the full set of keys that will identify the instances of this resource. It waits for ${unknown.from}.${advice}`,
    );
  }
  return value.elements.map((element) => {
    if (typeof element === 'string') return instance(element, element);
    throw unsuitable(
      element === null
        ? '"for_each" sets must not contain null values.'
        : `"for_each" supports maps and sets of strings, but you have provided a set containing type ${friendlyType(element)}.`,
    );
  });
}
