import type {
  ConditionalExpression,
  Expression,
  ObjectExpression,
  ReferenceExpression,
  SplatExpression,
} from '../ast.ts';
import { TerraformError, terraformError } from '../diagnostics.ts';
import type { SourceRange } from '../source.ts';
import { Unknown } from '../stack.ts';
import {
  boolType,
  ConversionError,
  convert,
  objectFrom,
  stringType,
  typeExpression,
  typeOf,
  unifyTypes,
} from '../types/index.ts';
import { SetValue, type Value } from '../value.ts';
import { applyStep } from './access.ts';
import { evaluateCall } from './call.ts';
import { evaluateFor } from './for.ts';
import { friendlyType, mark, unmark } from './marks.ts';
import { evaluateBinary, evaluateUnary } from './operators.ts';
import { lookUp, type Scope } from './scope.ts';
import { evaluateTemplate } from './template.ts';

/** The value of an expression. Throws `TerraformError` where it has none. */
export function evaluate(expression: Expression, scope: Scope): Value {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'reference':
      return evaluateReference(expression, scope);
    case 'access':
      return applyStep(evaluate(expression.source, scope), expression.step, scope);
    case 'splat':
      return evaluateSplat(expression, scope);
    case 'splatItem':
      return scope.splatItem ?? null;
    case 'template':
      return evaluateTemplate(expression, scope);
    case 'tuple':
      return expression.elements.map((element) => evaluate(element, scope));
    case 'object':
      return evaluateObject(expression, scope);
    case 'for':
      return evaluateFor(expression, scope);
    case 'conditional':
      return evaluateConditional(expression, scope);
    case 'binary':
      return evaluateBinary(expression, scope);
    case 'unary':
      return evaluateUnary(expression, scope);
    case 'call':
      return evaluateCall(expression, scope);
    case 'parentheses':
      return evaluate(expression.inner, scope);
  }
}

function evaluateReference(reference: ReferenceExpression, scope: Scope): Value {
  const bound = lookUp(scope, reference.root);
  const { value, consumed } =
    bound === undefined ? scope.resolve(reference, scope) : { value: bound.value, consumed: 0 };
  let result = value;
  for (let at = consumed; at < reference.steps.length; at++) {
    const step = reference.steps[at];
    if (step !== undefined) result = applyStep(result, step, scope);
  }
  return result;
}

/** A splat over null is empty; over a single value that is no list it is a list of that one. */
function evaluateSplat({ source, each }: SplatExpression, scope: Scope): Value {
  const { value, sensitive } = unmark(evaluate(source, scope));
  if (value instanceof Unknown) return mark(new Unknown(value.from), sensitive);
  const elements =
    value === null ? [] : Array.isArray(value) ? value : value instanceof SetValue ? value.elements : [value];
  return mark(
    elements.map((element) => evaluate(each, { ...scope, splatItem: element })),
    sensitive,
  );
}

function evaluateObject({ items }: ObjectExpression, scope: Scope): Value {
  const entries: [string, Value][] = [];
  let sensitive = false;
  let unknown: Unknown | undefined;
  for (const item of items) {
    if (item.key.kind === 'reference') throw ambiguousKey(item.key.range);
    const key = unmark(evaluate(item.key, scope));
    const value = evaluate(item.value, scope);
    sensitive ||= key.sensitive;
    if (key.value instanceof Unknown) unknown ??= key.value;
    else entries.push([objectKey(key.value, item.key.range), value]);
  }
  return mark(unknown === undefined ? objectFrom(entries) : new Unknown(unknown.from), sensitive);
}

function ambiguousKey(range: SourceRange) {
  return terraformError(
    'Ambiguous attribute key',
    "If this expression is intended to be a reference, wrap it in parentheses. If it's instead intended as a literal name containing periods, wrap it in quotes to create a string literal.",
    range,
  );
}

function objectKey(key: Value, range: SourceRange): string {
  if (key === null) throw terraformError('Null value as key', "Can't use a null value as a key.", range);
  return asString(
    key,
    range,
    'Incorrect key type',
    (problem) => `Can't use this value as a key: ${problem}.`,
  );
}

/** A known value as a string. Throws a `TerraformError` with the given text when it is no primitive. */
export function asString(
  value: Value,
  range: SourceRange,
  summary: string,
  detail: (problem: string) => string,
): string {
  try {
    const text = convert(value, stringType);
    if (typeof text === 'string') return text;
  } catch (error) {
    if (!(error instanceof ConversionError)) throw error;
    throw terraformError(summary, detail(error.message), range);
  }
  throw terraformError(summary, detail('string required'), range);
}

/** A known condition as a bool; `undefined` for an unknown one. Throws when it is null or no bool. */
export function asCondition(value: Value, range: SourceRange, role: string): boolean | undefined {
  if (value === null) {
    throw terraformError(
      `Null ${role}`,
      `The ${role} value is null. Conditions must either be true or false.`,
      range,
    );
  }
  try {
    const bool = convert(value, boolType);
    return typeof bool === 'boolean' ? bool : undefined;
  } catch (error) {
    if (!(error instanceof ConversionError)) throw error;
    throw terraformError(`Incorrect ${role} type`, `The ${role} expression must be of type bool.`, range);
  }
}

/**
 * Both results are evaluated, because the conditional has the type that they have in common:
 * `true ? 1 : "a"` is the string "1". An error in the result that is not chosen does not count.
 */
function evaluateConditional(expression: ConditionalExpression, scope: Scope): Value {
  const condition = unmark(evaluate(expression.condition, scope));
  const chosen = asCondition(condition.value, expression.condition.range, 'condition');
  if (chosen === undefined) {
    const whenTrue = attempt(expression.whenTrue, scope);
    const whenFalse = attempt(expression.whenFalse, scope);
    if (whenTrue !== undefined && whenFalse !== undefined)
      unifyResults(whenTrue, whenFalse, expression, scope);
    const from = condition.value instanceof Unknown ? condition.value.from : '';
    return mark(new Unknown(from, commonType(whenTrue, whenFalse)), condition.sensitive);
  }
  const result = evaluate(chosen ? expression.whenTrue : expression.whenFalse, scope);
  const other = attempt(chosen ? expression.whenFalse : expression.whenTrue, scope);
  const unified = other === undefined ? result : unifyResults(result, other, expression, scope);
  return mark(unified, condition.sensitive);
}

function commonType(a: Value | undefined, b: Value | undefined): string {
  const type = unifyTypes([a ?? null, b ?? null].map(typeOf));
  return type !== undefined && ['string', 'number', 'bool'].includes(type.kind) ? type.kind : 'dynamic';
}

function attempt(expression: Expression, scope: Scope): Value | undefined {
  try {
    return evaluate(expression, scope);
  } catch (error) {
    if (error instanceof TerraformError) return undefined;
    throw error;
  }
}

function unifyResults(result: Value, other: Value, expression: ConditionalExpression, scope: Scope): Value {
  if (result === null || other === null || (typeof result === 'string' && typeof other !== 'object'))
    return result;
  if (typeof result === typeof other && typeof result !== 'object') return result;
  const { resources } = scope.context;
  // The attributes of a resource are not all known here, so neither is its type.
  if (resources.within(unmark(result).value) || resources.within(unmark(other).value)) return result;
  const types = [typeOf(result), typeOf(other)];
  if (types.some((type) => type.kind === 'any')) return result;
  const [given, alternative] = types.map(typeExpression);
  if (given === alternative) return result;
  const unified = unifyTypes(types);
  if (unified === undefined) {
    throw terraformError(
      'Inconsistent conditional result types',
      `The true and false result expressions must have consistent types. The results are ${friendlyType(result)} and ${friendlyType(other)}, which have no type in common.`,
      expression.range,
    );
  }
  return convert(result, unified);
}
