import { GrpcError } from '../grpc-server.ts';
import { parseFieldPath, valueAt, withValueAt } from './field-path.ts';
import type { WireFieldTransform } from './messages.ts';
import { type Micros, timestampOf } from './micros.ts';
import {
  compareValues,
  equalValues,
  type Fields,
  isNaNValue,
  isNumber,
  nullValue,
  type Value,
} from './value.ts';

const maxInt64 = 2n ** 63n - 1n;
const minInt64 = -(2n ** 63n);

/**
 * Applies one field transform. Returns the new fields and the value that the client is told.
 * Rules: `DocumentTransform.FieldTransform` in the API reference.
 * @throws INVALID_ARGUMENT
 */
export function applyTransform(
  fields: Fields,
  transform: WireFieldTransform,
  commitTime: Micros,
): { fields: Fields; result: Value } {
  const path = parseFieldPath(transform.fieldPath);
  const current = valueAt(fields, path);
  const { value, result } = transformed(current, transform, commitTime);
  return { fields: withValueAt(fields, path, value), result };
}

function transformed(
  current: Value | undefined,
  transform: WireFieldTransform,
  commitTime: Micros,
): { value: Value; result: Value } {
  const told = (value: Value) => ({ value, result: value });
  if (transform.setToServerValue !== undefined) {
    if (transform.setToServerValue !== 1) {
      throw new GrpcError('INVALID_ARGUMENT', `Unknown server value for field ${transform.fieldPath}.`);
    }
    // The server value has millisecond precision.
    return told({ kind: 'timestamp', value: timestampOf(Math.floor(commitTime / 1000) * 1000) });
  }
  if (transform.increment) return told(incremented(current, operand(transform, transform.increment)));
  if (transform.maximum) return told(extreme(current, operand(transform, transform.maximum), 1));
  if (transform.minimum) return told(extreme(current, operand(transform, transform.minimum), -1));
  const elements = current?.kind === 'array' ? current.values : [];
  if (transform.appendMissingElements) {
    const values = [...elements];
    for (const element of transform.appendMissingElements.values) {
      if (!values.some((other) => equalValues(other, element))) values.push(element);
    }
    return { value: { kind: 'array', values }, result: nullValue };
  }
  if (transform.removeAllFromArray) {
    const unwanted = transform.removeAllFromArray.values;
    const values = elements.filter((element) => !unwanted.some((other) => equalValues(other, element)));
    return { value: { kind: 'array', values }, result: nullValue };
  }
  throw new GrpcError(
    'INVALID_ARGUMENT',
    `The transform of field ${transform.fieldPath} says not what to do.`,
  );
}

type NumberValue = Extract<Value, { kind: 'integer' | 'double' }>;

function operand(transform: WireFieldTransform, value: Value): NumberValue {
  if (isNumber(value)) return value;
  throw new GrpcError('INVALID_ARGUMENT', `The transform of field ${transform.fieldPath} needs a number.`);
}

/** Integers stop at the bounds of 64 bits; with a double on either side the sum is a double. */
function incremented(current: Value | undefined, by: NumberValue): Value {
  if (!current || !isNumber(current)) return by;
  if (current.kind === 'integer' && by.kind === 'integer') {
    const sum = current.value + by.value;
    return { kind: 'integer', value: sum > maxInt64 ? maxInt64 : sum < minInt64 ? minInt64 : sum };
  }
  return { kind: 'double', value: Number(current.value) + Number(by.value) };
}

/** The larger (`direction` 1) or smaller (-1) of two numbers; on a tie the stored one stays, NaN always wins. */
function extreme(current: Value | undefined, other: NumberValue, direction: 1 | -1): Value {
  if (!current || !isNumber(current)) return other;
  if (isNaNValue(current)) return current;
  if (isNaNValue(other)) return other;
  return compareValues(other, current) * direction > 0 ? other : current;
}
