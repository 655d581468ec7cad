import type { ForExpression, TemplatePart } from '../ast.ts';
import { terraformError } from '../diagnostics.ts';
import type { SourceRange } from '../source.ts';
import { Unknown } from '../stack.ts';
import { objectFrom, sortedKeys } from '../types/index.ts';
import { SetValue, type Value } from '../value.ts';
import { asCondition, asString, evaluate } from './expression.ts';
import { friendlyType, mark, unmark } from './marks.ts';
import { bind, type Scope } from './scope.ts';

/** The keys and elements of a collection in Terraform's order; for a set the key is the element. */
export function entriesOf(collection: Value): [Value, Value][] | undefined {
  if (Array.isArray(collection)) return collection.map((element, at) => [at, element]);
  if (collection instanceof SetValue) return collection.elements.map((element) => [element, element]);
  if (collection === null || typeof collection !== 'object' || collection instanceof Unknown)
    return undefined;
  const { value } = unmark(collection);
  if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== null) return undefined;
  return sortedKeys(collection).map((key) => [
    key,
    Object.getOwnPropertyDescriptor(collection, key)?.value ?? null,
  ]);
}

/** One scope for each element of the collection of a `for`; `unknown` when the collection is. */
export function iterate(
  source: Pick<ForExpression, 'collection' | 'keyName' | 'valueName'>,
  scope: Scope,
  role: 'expression' | 'directive',
): { scopes: Scope[]; unknown: Unknown | undefined; sensitive: boolean } {
  const { range } = source.collection;
  const { value, sensitive } = unmark(evaluate(source.collection, scope));
  if (value instanceof Unknown) return { scopes: [], unknown: value, sensitive };
  if (value === null) {
    throw terraformError(
      'Iteration over null value',
      `A null value cannot be used as the collection in a 'for' ${role}.`,
      range,
    );
  }
  const entries = entriesOf(value);
  if (entries === undefined) {
    throw terraformError(
      'Iteration over non-iterable value',
      `A value of type ${friendlyType(value)} cannot be used as the collection in a 'for' ${role}.`,
      range,
    );
  }
  const { keyName, valueName } = source;
  const scopes = entries.map(([key, element]) => {
    const outer = keyName === undefined ? scope : bind(scope, keyName, key);
    return bind(outer, valueName, element);
  });
  return { scopes, unknown: undefined, sensitive };
}

export function evaluateFor(expression: ForExpression, scope: Scope): Value {
  const iteration = iterate(expression, scope, 'expression');
  let { sensitive, unknown } = iteration;
  const known = <T extends Value>(
    value: Value,
    use: (plain: Exclude<Value, Unknown>) => T,
  ): T | undefined => {
    const plain = unmark(value);
    sensitive ||= plain.sensitive;
    if (!(plain.value instanceof Unknown)) return use(plain.value);
    unknown ??= plain.value;
    return undefined;
  };
  const elements: { key: string; value: Value }[] = [];
  for (const inner of iteration.scopes) {
    const { condition, key, value } = expression;
    if (condition !== undefined) {
      const wanted = known(
        evaluate(condition, inner),
        (plain) => asCondition(plain, condition.range, "'for' condition") ?? false,
      );
      if (wanted !== true) continue;
    }
    const name = key === undefined ? '' : known(evaluate(key, inner), (plain) => forKey(plain, key.range));
    const element = evaluate(value, inner);
    if (name !== undefined) elements.push({ key: name, value: element });
  }
  if (unknown !== undefined) return mark(new Unknown(unknown.from), sensitive);
  if (expression.key === undefined)
    return mark(
      elements.map(({ value }) => value),
      sensitive,
    );
  return mark(
    expression.grouping ? groupByKey(elements) : byUniqueKey(elements, expression.key.range),
    sensitive,
  );
}

function forKey(key: Value, range: SourceRange): string {
  if (key === null) {
    throw terraformError(
      'Invalid object key',
      "Key expression in 'for' expression must not produce a null value.",
      range,
    );
  }
  return asString(
    key,
    range,
    'Invalid object key',
    (problem) => `The key expression produced an invalid result: ${problem}.`,
  );
}

function groupByKey(elements: readonly { key: string; value: Value }[]): Value {
  const groups = new Map<string, Value[]>();
  for (const { key, value } of elements) {
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return objectFrom<Value>(groups);
}

function byUniqueKey(elements: readonly { key: string; value: Value }[], range: SourceRange): Value {
  const object = new Map<string, Value>();
  for (const { key, value } of elements) {
    if (object.has(key)) {
      throw terraformError(
        'Duplicate object key',
        `Two different items produced the key "${key}" in this 'for' expression. If duplicates are expected, use the ellipsis (...) after the value expression to enable grouping by key.`,
        range,
      );
    }
    object.set(key, value);
  }
  return objectFrom(object);
}

/** The scopes for the body of a `%{ for }` directive. */
export function iterateDirective(part: Extract<TemplatePart, { kind: 'for' }>, scope: Scope) {
  return iterate(part, scope, 'directive');
}
