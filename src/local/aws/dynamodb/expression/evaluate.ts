import {
  type AttributeValue,
  compareValues,
  fromBase64,
  type Item,
  sameValue,
  typeOf,
} from '../attribute-value.ts';
import type { Comparator, Condition } from './condition.ts';
import type { Operand } from './operand.ts';
import { valueAt } from './path.ts';

/** Whether the item meets the condition. A missing item is an item without attributes. */
export function isMet(condition: Condition, item: Item): boolean {
  switch (condition.kind) {
    case 'and':
      return isMet(condition.left, item) && isMet(condition.right, item);
    case 'or':
      return isMet(condition.left, item) || isMet(condition.right, item);
    case 'not':
      return !isMet(condition.condition, item);
    case 'compare':
      return compares(
        condition.comparator,
        evaluated(condition.left, item),
        evaluated(condition.right, item),
      );
    case 'between': {
      const value = evaluated(condition.operand, item);
      return (
        compares('>=', value, evaluated(condition.low, item)) &&
        compares('<=', value, evaluated(condition.high, item))
      );
    }
    case 'in': {
      const value = evaluated(condition.operand, item);
      return condition.choices.some((choice) => compares('=', value, evaluated(choice, item)));
    }
    case 'call':
      return isTrue(condition.name, condition.operands, item);
  }
}

/** An attribute that is missing, or of another type, is different from every value and in no order to it. */
export function compares(
  comparator: Comparator,
  left: AttributeValue | undefined,
  right: AttributeValue | undefined,
): boolean {
  if (!left || !right) return comparator === '<>';
  if (comparator === '=') return sameValue(left, right);
  if (comparator === '<>') return !sameValue(left, right);
  const order = compareValues(left, right);
  if (order === undefined) return false;
  if (comparator === '<') return order < 0;
  if (comparator === '<=') return order <= 0;
  return comparator === '>' ? order > 0 : order >= 0;
}

/** Whether `value` contains `wanted`: a substring, a member of a set, or an element of a list. */
export function contains(value: AttributeValue, wanted: AttributeValue): boolean {
  if ('S' in value) return 'S' in wanted && value.S.includes(wanted.S);
  if ('B' in value) return 'B' in wanted && fromBase64(value.B).includes(fromBase64(wanted.B));
  if ('SS' in value) return 'S' in wanted && value.SS.includes(wanted.S);
  if ('NS' in value) return 'N' in wanted && value.NS.includes(wanted.N);
  if ('BS' in value) return 'B' in wanted && value.BS.includes(wanted.B);
  return 'L' in value && value.L.some((element) => sameValue(element, wanted));
}

export function beginsWith(value: AttributeValue, prefix: AttributeValue): boolean {
  if ('S' in value && 'S' in prefix) return value.S.startsWith(prefix.S);
  if (!('B' in value && 'B' in prefix)) return false;
  const bytes = fromBase64(prefix.B);
  return fromBase64(value.B).subarray(0, bytes.length).equals(bytes);
}

function isTrue(name: string, operands: readonly Operand[], item: Item): boolean {
  const [first, second] = operands.map((operand) => evaluated(operand, item));
  switch (name) {
    case 'attribute_exists':
      return first !== undefined;
    case 'attribute_not_exists':
      return first === undefined;
    case 'attribute_type':
      return first !== undefined && second !== undefined && 'S' in second && typeOf(first) === second.S;
    case 'begins_with':
      return first !== undefined && second !== undefined && beginsWith(first, second);
    case 'contains':
      return first !== undefined && second !== undefined && contains(first, second);
    default:
      throw new Error(`${name} is no condition function.`);
  }
}

function evaluated(operand: Operand, item: Item): AttributeValue | undefined {
  switch (operand.kind) {
    case 'path':
      return valueAt(item, operand.path);
    case 'value':
      return operand.value;
    case 'call': {
      const measured = operand.operands[0] && evaluated(operand.operands[0], item);
      const size = measured && sizeOf(measured);
      return size === undefined ? undefined : { N: String(size) };
    }
    case 'arithmetic':
      throw new Error('Arithmetic stands in update expressions only.');
  }
}

/** Length of a string, bytes of a binary, number of members; nothing for numbers, booleans and null. */
function sizeOf(value: AttributeValue): number | undefined {
  if ('S' in value) return value.S.length;
  if ('B' in value) return fromBase64(value.B).length;
  if ('M' in value) return Object.keys(value.M).length;
  if ('L' in value) return value.L.length;
  if ('SS' in value) return value.SS.length;
  if ('NS' in value) return value.NS.length;
  return 'BS' in value ? value.BS.length : undefined;
}
