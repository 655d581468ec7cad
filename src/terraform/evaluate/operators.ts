import type { BinaryExpression, UnaryExpression } from '../ast.ts';
import { terraformError } from '../diagnostics.ts';
import type { SourceRange } from '../source.ts';
import { Unknown } from '../stack.ts';
import {
  boolType,
  ConversionError,
  convert,
  equal,
  numberType,
  type TypeConstraint,
} from '../types/index.ts';
import { isObject, Sensitive, type Value } from '../value.ts';
import { evaluate } from './expression.ts';
import { findUnknown, mark, unmark } from './marks.ts';
import type { Scope } from './scope.ts';

export function evaluateBinary(expression: BinaryExpression, scope: Scope): Value {
  const left = unmark(evaluate(expression.left, scope));
  const right = unmark(evaluate(expression.right, scope));
  return mark(binary(expression, left.value, right.value), left.sensitive || right.sensitive);
}

function binary(expression: BinaryExpression, left: Value, right: Value): Value {
  const { operator, range } = expression;
  if (operator === '==' || operator === '!=') {
    const same = valuesEqual(left, right);
    if (typeof same !== 'boolean') return same;
    return same === (operator === '==');
  }
  const logical = operator === '&&' || operator === '||';
  const type = logical ? boolType : numberType;
  const a = operand(left, type, 'left operand', expression.left.range);
  const b = operand(right, type, 'right operand', expression.right.range);
  const unknown = a instanceof Unknown ? a : b instanceof Unknown ? b : undefined;
  if (unknown !== undefined) return new Unknown(unknown.from, isArithmetic(operator) ? 'number' : 'bool');
  if (logical) return operator === '&&' ? a === true && b === true : a === true || b === true;
  return calculate(operator, Number(a), Number(b), range);
}

function isArithmetic(operator: string): boolean {
  return ['+', '-', '*', '/', '%'].includes(operator);
}

function calculate(
  operator: Exclude<BinaryExpression['operator'], '==' | '!=' | '&&' | '||'>,
  a: number,
  b: number,
  range: SourceRange,
): number | boolean {
  switch (operator) {
    case '<':
      return a < b;
    case '>':
      return a > b;
    case '<=':
      return a <= b;
    case '>=':
      return a >= b;
    case '+':
      return decimal(a + b);
    case '-':
      return decimal(a - b);
    case '*':
      return decimal(a * b);
    case '/':
    case '%':
      if (b === 0) throw terraformError('Division by zero', 'Division by zero is not allowed.', range);
      return decimal(operator === '/' ? a / b : a % b);
  }
}

/**
 * Terraform calculates with 512 bits, so that `0.1 + 0.2` is 0.3. A result that lies within the rounding error of a
 * number with 15 digits is taken for that number.
 */
function decimal(result: number): number {
  if (Number.isInteger(result) || Math.abs(result) > 1e14) return result;
  const rounded = Number(result.toPrecision(15));
  return Math.abs(rounded - result) <= 4 * Number.EPSILON * Math.abs(result) ? rounded : result;
}

export function evaluateUnary(expression: UnaryExpression, scope: Scope): Value {
  const { value, sensitive } = unmark(evaluate(expression.operand, scope));
  const negation = expression.operator === '!';
  const result = operand(value, negation ? boolType : numberType, 'unary operand', expression.operand.range);
  if (result instanceof Unknown) return mark(result, sensitive);
  return mark(negation ? result !== true : 0 - Number(result), sensitive);
}

/** The value as a number or bool. Throws for null and for what cannot be converted. */
function operand(value: Value, type: TypeConstraint, role: string, range: SourceRange): Value {
  const required = type.kind === 'bool' ? 'bool required' : 'a number is required';
  if (value === null)
    throw terraformError('Operation failed', 'Error during operation: argument must not be null.', range);
  try {
    return convert(value, type);
  } catch (error) {
    if (!(error instanceof ConversionError)) throw error;
    throw terraformError(
      'Invalid operand',
      `Unsuitable value for ${role}: ${error.message || required}.`,
      range,
    );
  }
}

/** Equality as `==` sees it: unknown as long as the known parts do not differ. */
export function valuesEqual(a: Value, b: Value): boolean | Unknown {
  if (a instanceof Sensitive) return valuesEqual(a.value, b);
  if (b instanceof Sensitive) return valuesEqual(a, b.value);
  if (a instanceof Unknown || b instanceof Unknown) {
    return new Unknown(a instanceof Unknown ? a.from : b instanceof Unknown ? b.from : '', 'bool');
  }
  const unknown = findUnknown(a) ?? findUnknown(b);
  if (unknown === undefined) return equal(a, b);
  let result: boolean | Unknown = true;
  for (const [left, right] of pairs(a, b) ?? []) {
    const same = valuesEqual(left, right);
    if (same === false) return false;
    if (same instanceof Unknown) result = same;
  }
  return pairs(a, b) === undefined ? false : result === true ? new Unknown(unknown.from, 'bool') : result;
}

/** The parts that must be equal; undefined when the shapes differ. */
function pairs(a: Value, b: Value): [Value, Value][] | undefined {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length ? a.map((element, at) => [element, b[at] ?? null]) : undefined;
  }
  if (isObject(a) && isObject(b)) {
    const keys = Object.keys(a);
    if (keys.length !== Object.keys(b).length || !keys.every((key) => Object.hasOwn(b, key)))
      return undefined;
    return keys.map((key) => [a[key] ?? null, b[key] ?? null]);
  }
  return a !== null && b !== null && a.constructor === b.constructor ? [] : undefined;
}
