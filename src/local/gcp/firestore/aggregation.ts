import { GrpcError } from '../grpc-server.ts';
import type { StoredDocument } from './database.ts';
import { type FieldPath, parseFieldPath, valueAt } from './field-path.ts';
import type { WireAggregation } from './messages.ts';
import { isNumber, nullValue, type Value } from './value.ts';

export type Aggregation =
  | { kind: 'count'; alias: string; upTo: number | undefined }
  | { kind: 'sum' | 'avg'; alias: string; path: FieldPath };

const maxAggregations = 5;
const maxInt64 = 2n ** 63n - 1n;
const minInt64 = -(2n ** 63n);

/**
 * Reads the aggregations of a query; one without an alias is called `field_1`, `field_2` and so on.
 * https://cloud.google.com/firestore/docs/query-data/aggregation-queries
 * @throws INVALID_ARGUMENT
 */
export function parseAggregations(wire: readonly WireAggregation[]): Aggregation[] {
  if (wire.length === 0) throw new GrpcError('INVALID_ARGUMENT', 'Aggregations can not be empty.');
  if (wire.length > maxAggregations) {
    throw new GrpcError(
      'INVALID_ARGUMENT',
      `The maximum number of aggregations allowed in an aggregation query is ${maxAggregations}. Received: ${wire.length}`,
    );
  }
  let unnamed = 0;
  const aggregations = wire.map((part) => parseAggregation(part, part.alias || `field_${++unnamed}`));
  for (const [index, { alias }] of aggregations.entries()) {
    if (aggregations.findIndex((other) => other.alias === alias) !== index) {
      throw new GrpcError('INVALID_ARGUMENT', `Duplicate aggregation alias "${alias}".`);
    }
  }
  return aggregations;
}

function parseAggregation(wire: WireAggregation, alias: string): Aggregation {
  if (wire.count) {
    const upTo = wire.count.upTo?.value;
    if (upTo !== undefined && upTo <= 0n) {
      throw new GrpcError('INVALID_ARGUMENT', "'up_to' must be greater than 0.");
    }
    return { kind: 'count', alias, upTo: upTo === undefined ? undefined : Number(upTo) };
  }
  const field = wire.sum?.field ?? wire.avg?.field;
  if (!field) throw new GrpcError('INVALID_ARGUMENT', `The aggregation "${alias}" has no operator or field.`);
  return { kind: wire.sum ? 'sum' : 'avg', alias, path: parseFieldPath(field.fieldPath) };
}

export const aggregatedPaths = (aggregations: readonly Aggregation[]): FieldPath[] =>
  aggregations.flatMap((aggregation) => (aggregation.kind === 'count' ? [] : [aggregation.path]));

export function aggregate(
  aggregations: readonly Aggregation[],
  documents: readonly StoredDocument[],
): Map<string, Value> {
  return new Map(
    aggregations.map((aggregation): [string, Value] => [aggregation.alias, resultOf(aggregation, documents)]),
  );
}

function resultOf(aggregation: Aggregation, documents: readonly StoredDocument[]): Value {
  if (aggregation.kind === 'count') {
    const count = Math.min(documents.length, aggregation.upTo ?? documents.length);
    return { kind: 'integer', value: BigInt(count) };
  }
  const numbers = documents
    .map(({ fields }) => valueAt(fields, aggregation.path))
    .filter((value) => value !== undefined)
    .filter(isNumber);
  if (aggregation.kind === 'sum') return sumOf(numbers);
  if (numbers.length === 0) return nullValue;
  return { kind: 'double', value: Number(sumOf(numbers).value) / numbers.length };
}

/** An integer as long as all parts are integers and the sum fits 64 bits, otherwise a double. */
function sumOf(numbers: readonly Extract<Value, { kind: 'integer' | 'double' }>[]) {
  let integers = 0n;
  let doubles = 0;
  let hasDouble = false;
  for (const number of numbers) {
    if (number.kind === 'integer') integers += number.value;
    else {
      hasDouble = true;
      doubles += number.value;
    }
  }
  if (hasDouble) return { kind: 'double', value: Number(integers) + doubles } as const;
  if (integers > maxInt64 || integers < minInt64) return { kind: 'double', value: Number(integers) } as const;
  return { kind: 'integer', value: integers } as const;
}
