import type { DocumentTable } from '../../engine/document-table.ts';
import { invalid } from './errors.ts';
import { parseCondition } from './expression/condition.ts';
import { ExpressionScope } from './expression/scope.ts';
import { expectOneStyle, expectScalarKeys, readProjection } from './expressions.ts';
import { segmentStart } from './key.ts';
import { legacyCondition } from './legacy.ts';
import { pageMembers } from './query.ts';
import {
  expectSelectable,
  findIndex,
  type ItemEntry,
  type PageRequest,
  readPage,
  readStartKey,
} from './read-page.ts';
import { documents, integer, type Parsed, parseInput, structure } from './shape.ts';
import type { Store } from './store.ts';
import type { StoredItem } from './table-index.ts';
import type { Location } from './time-to-live.ts';

const scanShape = structure({
  ...pageMembers,
  ScanFilter: documents,
  Segment: integer(0, 999_999),
  TotalSegments: integer(1, 1_000_000),
});

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Scan.html */
export function scan(store: Store, request: unknown): object {
  const input = parseInput(scanShape, request);
  expectOneStyle(
    input,
    ['ProjectionExpression', 'FilterExpression'],
    ['AttributesToGet', 'ScanFilter', 'ConditionalOperator'],
  );
  const segment = readSegment(input);
  const scope = new ExpressionScope(input);
  const filter =
    input.FilterExpression === undefined
      ? legacyCondition('ScanFilter', input.ScanFilter, input.ConditionalOperator)
      : parseCondition('FilterExpression', input.FilterExpression, scope);
  const projection = readProjection(input, scope);
  scope.expectAllUsed();
  const table = store.table(input.TableName);
  const index = findIndex(table, input.IndexName, input.ConsistentRead);
  const start =
    input.ExclusiveStartKey && readStartKey('Scan', table, index, input.ExclusiveStartKey).location;
  if (start && !contains(segment, start)) {
    throw invalid(
      `The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. TotalSegments: ${input.TotalSegments} Segment: ${input.Segment}`,
    );
  }
  expectScalarKeys(table, [...(projection?.paths ?? []), ...(filter?.paths ?? [])]);
  const page: PageRequest = {
    operation: 'Scan',
    table,
    index,
    filter,
    projection,
    select: input.Select,
    limit: input.Limit,
    consistentRead: input.ConsistentRead ?? false,
    returnConsumedCapacity: input.ReturnConsumedCapacity,
  };
  expectSelectable(page);
  return readPage(store, page, entriesOf((index ?? table).entries, segment, start));
}

/** Partition names from `from` on, up to but without `until`. */
interface Segment {
  from: string | undefined;
  until: string | undefined;
}

function readSegment({ Segment: segment, TotalSegments: total }: Parsed<typeof scanShape>): Segment {
  if (total === undefined) {
    if (segment === undefined) return { from: undefined, until: undefined };
    throw invalid(
      'The TotalSegments parameter is required but was not present in the request when Segment parameter is present',
    );
  }
  if (segment === undefined) {
    throw invalid(
      'The Segment parameter is required but was not present in the request when parameter TotalSegments is present',
    );
  }
  if (segment >= total) {
    throw invalid(
      `The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: ${segment} is not less than TotalSegments: ${total}`,
    );
  }
  return { from: segmentStart(segment, total), until: segmentStart(segment + 1, total) };
}

function contains({ from, until }: Segment, { partition }: Location): boolean {
  return (from === undefined || partition >= from) && (until === undefined || partition < until);
}

function* entriesOf(
  entries: DocumentTable<string, StoredItem>,
  { from, until }: Segment,
  start: Location | undefined,
): Generator<ItemEntry> {
  for (const partition of entries.partitions(start?.partition ?? from)) {
    if (until !== undefined && partition >= until) return;
    const resumed = start?.partition === partition;
    yield* entries.range(partition, resumed ? { from: start.sort, fromExclusive: true } : {});
  }
}
