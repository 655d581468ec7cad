/** A value of a filter expression; `undefined` is SQL's unknown: a property that is not there. */
export type SqlValue = string | number | bigint | boolean | Date | undefined;

/** SQL's three-valued logic. */
export type Truth = boolean | undefined;

/** Compares two values; `undefined` where either is unknown or they cannot be compared. */
export function compare(left: SqlValue, right: SqlValue): number | undefined {
  if (left === undefined || right === undefined) return undefined;
  if (isNumber(left) && isNumber(right)) return left < right ? -1 : left > right ? 1 : 0;
  if (left instanceof Date && right instanceof Date) return left.getTime() - right.getTime();
  if (typeof left !== typeof right) return undefined;
  return left < right ? -1 : left > right ? 1 : 0;
}

export const isNumber = (value: SqlValue): value is number | bigint =>
  typeof value === 'number' || typeof value === 'bigint';

/**
 * `+ - * / %` of numbers, `+` also of texts. @throws Error on a division by zero
 */
export function calculate(operator: string, left: SqlValue, right: SqlValue): SqlValue {
  if (left === undefined || right === undefined) return undefined;
  if (operator === '+' && typeof left === 'string' && typeof right === 'string') return left + right;
  if (!isNumber(left) || !isNumber(right))
    throw new Error(`the operator ${operator} does not take ${typeof left} and ${typeof right}`);
  const isWhole = [left, right].every((value) => typeof value === 'bigint' || Number.isInteger(value));
  const [a, b] = [Number(left), Number(right)];
  if ((operator === '/' || operator === '%') && b === 0) throw new Error('attempted to divide by zero');
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return isWhole ? Math.trunc(a / b) : a / b;
    default:
      return a % b;
  }
}

/** `%` stands for any characters, `_` for one; `escaping` before either makes it stand for itself. */
export function like(text: string, pattern: string, escaping?: string): boolean {
  let source = '';
  for (let index = 0; index < pattern.length; index++) {
    const character = pattern.charAt(index);
    if (character === escaping) source += literal(pattern.charAt(++index));
    else if (character === '%') source += '.*';
    else if (character === '_') source += '.';
    else source += literal(character);
  }
  return new RegExp(`^${source}$`, 's').test(text);
}

const literal = (character: string) => character.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
