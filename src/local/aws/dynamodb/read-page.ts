import type { Entry } from '../../engine/document-table.ts';
import { attributeOf, type Item, readItem } from './attribute-value.ts';
import { type ConsumedUnits, consumedCapacity, noUnits, type ReadMode, readUnits } from './capacity.ts';
import { invalid, invalidParameter } from './errors.ts';
import type { ParsedCondition } from './expression/condition.ts';
import { isMet } from './expression/evaluate.ts';
import type { Projection } from './expression/path.ts';
import { expectKey, expectKeyElement, keyAttributes, keyOf, pickAttributes } from './key.ts';
import type { Store } from './store.ts';
import type { Table } from './table.ts';
import type { StoredItem, TableIndex } from './table-index.ts';
import type { Location } from './time-to-live.ts';

export type Select = 'ALL_ATTRIBUTES' | 'ALL_PROJECTED_ATTRIBUTES' | 'COUNT' | 'SPECIFIC_ATTRIBUTES';

export type ItemEntry = Entry<string, StoredItem>;

/** A page of a query or a scan ends before it would hold more than this, but holds at least one item. */
const maximumPageBytes = 1024 * 1024;

/** What a query or scan reads, and what it makes of it. */
export interface PageRequest {
  operation: 'Query' | 'Scan';
  table: Table;
  index: TableIndex | undefined;
  filter: ParsedCondition | undefined;
  projection: Projection | undefined;
  select: Select | undefined;
  limit: number | undefined;
  consistentRead: boolean;
  returnConsumedCapacity: 'INDEXES' | 'TOTAL' | 'NONE' | undefined;
}

/** The index that a request names. Throws when the table has none of this name. */
export function findIndex(
  table: Table,
  indexName: string | undefined,
  consistentRead: boolean | undefined,
): TableIndex | undefined {
  if (indexName === undefined) return undefined;
  const index = table.indexes.get(indexName);
  if (!index) throw invalid(`The table does not have the specified index: ${indexName}`);
  if (consistentRead && index.definition.kind === 'global') {
    throw invalid('Consistent reads are not supported on global secondary indexes');
  }
  return index;
}

/** Throws when what is to be returned contradicts itself or cannot be had from the index. */
export function expectSelectable(request: PageRequest): void {
  const { select, projection, index } = request;
  if (select === 'ALL_PROJECTED_ATTRIBUTES' && !index) {
    throw invalidParameter(
      `ALL_PROJECTED_ATTRIBUTES can be used only when ${request.operation === 'Query' ? 'Querying' : 'Scanning'} using an IndexName`,
    );
  }
  if (select === 'SPECIFIC_ATTRIBUTES' && !projection) {
    throw invalidParameter(
      'Must specify the AttributesToGet or the ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES',
    );
  }
  if (select && select !== 'SPECIFIC_ATTRIBUTES' && projection) {
    throw invalidParameter(
      `Cannot specify the AttributesToGet or the ProjectionExpression when choosing to get ${select}`,
    );
  }
  if (index?.definition.kind !== 'global') return;
  if (select === 'ALL_ATTRIBUTES' && index.definition.projection.type !== 'ALL') {
    throw invalidParameter(
      `Select type ALL_ATTRIBUTES is not supported for global secondary index ${index.definition.name} because its projection type is not ALL`,
    );
  }
  const missing = missingAttributes(request);
  if (missing.length > 0) {
    throw invalidParameter(
      `Global secondary index ${index.definition.name} does not project [${missing.join(', ')}]`,
    );
  }
}

/** Reads one page, pays for it and renders the response. */
export function readPage(store: Store, request: PageRequest, entries: Iterable<ItemEntry>): object {
  const { table, index, filter, projection, select } = request;
  const items: Item[] = [];
  let count = 0;
  let scannedCount = 0;
  let bytes = 0;
  let fetched = 0;
  let last: Item | undefined;
  let complete = true;
  const limit = request.limit ?? Number.POSITIVE_INFINITY;
  const mode: ReadMode = request.consistentRead ? 'strong' : 'eventual';
  const fetches = needsTable(request);
  for (const { document } of entries) {
    if (scannedCount > 0 && bytes + document.sizeBytes > maximumPageBytes) {
      complete = false;
      break;
    }
    bytes += document.sizeBytes;
    scannedCount++;
    last = document.item;
    let { item } = document;
    if (fetches) {
      const whole = table.get(table.locationOf(item));
      if (whole) item = whole.item;
      fetched += readUnits(whole?.sizeBytes ?? 0, mode);
    }
    if (!filter || isMet(filter.condition, item)) {
      count++;
      if (select !== 'COUNT') items.push(projection ? projection.of(item) : item);
    }
    if (scannedCount >= limit) {
      complete = false;
      break;
    }
  }
  const units = unitsOf(index, readUnits(bytes, mode), fetched);
  store.charge(table, 'read', units);
  const capacity = consumedCapacity(request.returnConsumedCapacity, table.name, units);
  return {
    ...(select !== 'COUNT' && { Items: items }),
    Count: count,
    ScannedCount: scannedCount,
    ...(!complete && last && { LastEvaluatedKey: startKeyOf(table, index, last) }),
    ...(capacity && { ConsumedCapacity: capacity }),
  };
}

/** Where a read goes on: after the entry that the ExclusiveStartKey names. Throws when it is none. */
export function readStartKey(
  operation: PageRequest['operation'],
  table: Table,
  index: TableIndex | undefined,
  raw: unknown,
): { key: Item; location: Location } {
  const key = readItem(raw);
  const expected = startKeyNames(table, index);
  if (Object.keys(key).length !== expected.size) {
    throw invalid(
      index || operation === 'Query'
        ? 'The provided starting key is invalid'
        : 'The provided starting key is invalid: The provided key element does not match the schema',
    );
  }
  if (index) {
    for (const attribute of keyAttributes(index.key)) {
      const value = attributeOf(key, attribute.name);
      if (!value) throw invalid('The provided starting key is invalid');
      expectKeyElement(value, attribute, attribute === index.key.hash);
    }
  }
  const tableKey = keyOf(key, table.key);
  try {
    expectKey(tableKey, table.key);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw invalid(`The provided starting key is invalid: ${reason}`);
  }
  const inTable = table.locationOf(tableKey);
  const location = index ? index.locationOf(key, inTable) : inTable;
  if (!location) throw invalid('The provided starting key is invalid');
  return { key, location };
}

function startKeyOf(table: Table, index: TableIndex | undefined, item: Item): Item {
  return pickAttributes(item, startKeyNames(table, index));
}

function startKeyNames(table: Table, index: TableIndex | undefined): Set<string> {
  const attributes = [...keyAttributes(table.key), ...(index ? keyAttributes(index.key) : [])];
  return new Set(attributes.map(({ name }) => name));
}

function missingAttributes({ index, projection }: PageRequest): string[] {
  if (!index || !projection) return [];
  return projection.paths.map(([name]) => name).filter((name) => !index.projects(name));
}

/** A local index fetches from the table what it does not project. */
function needsTable(request: PageRequest): boolean {
  const { index, select } = request;
  if (index?.definition.kind !== 'local' || index.definition.projection.type === 'ALL') return false;
  return select === 'ALL_ATTRIBUTES' || missingAttributes(request).length > 0;
}

function unitsOf(index: TableIndex | undefined, units: number, fetched: number): ConsumedUnits {
  const consumed = noUnits();
  if (index) {
    consumed[index.definition.kind].set(index.definition.name, units);
    consumed.table = fetched;
  } else consumed.table = units;
  return consumed;
}
