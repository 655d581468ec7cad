import { AwsError } from '../service.ts';
import { type Item, itemSizeBytes, maximumItemBytes, readItem } from './attribute-value.ts';
import {
  addUnits,
  type ConsumedUnits,
  consumedCapacity,
  noUnits,
  readUnits,
  tableUnits,
} from './capacity.ts';
import { invalid } from './errors.ts';
import { ExpressionScope } from './expression/scope.ts';
import { expectOneStyle, expectScalarKeys, readProjection } from './expressions.ts';
import {
  itemCollectionMetrics,
  returnConsumedCapacity,
  returnItemCollectionMetrics,
} from './item-operations.ts';
import { expectKey } from './key.ts';
import {
  boolean,
  documents,
  listOf,
  mapOf,
  names,
  type Parsed,
  parseInput,
  required,
  string,
  structure,
} from './shape.ts';
import type { Store } from './store.ts';
import type { Table } from './table.ts';
import type { StoredItem } from './table-index.ts';
import type { Location } from './time-to-live.ts';

const keysAndAttributes = structure({
  Keys: required(listOf(documents, 1, 100)),
  AttributesToGet: listOf(string, 1, 255),
  ConsistentRead: boolean,
  ProjectionExpression: string,
  ExpressionAttributeNames: names,
});
const batchGetShape = structure({
  RequestItems: required(mapOf(keysAndAttributes, 1)),
  ReturnConsumedCapacity: returnConsumedCapacity,
});
const batchWriteShape = structure({
  RequestItems: required(
    mapOf(
      listOf(
        structure({
          PutRequest: structure({ Item: required(documents) }),
          DeleteRequest: structure({ Key: required(documents) }),
        }),
        1,
        25,
      ),
      1,
      25,
    ),
  ),
  ReturnConsumedCapacity: returnConsumedCapacity,
  ReturnItemCollectionMetrics: returnItemCollectionMetrics,
});

const maximumKeys = 100;
const maximumWrites = 25;
const maximumResponseBytes = 16 * 1024 * 1024;

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html */
export function batchGetItem(store: Store, request: unknown): object {
  const input = parseInput(batchGetShape, request);
  const requests = Object.entries(input.RequestItems);
  if (requests.reduce((count, [, { Keys }]) => count + Keys.length, 0) > maximumKeys) {
    throw invalid('Too many items requested for the BatchGetItem call');
  }
  const reads = requests.map(([name, one]) => readKeys(store, name, one));
  const responses: Record<string, Item[]> = {};
  const unprocessed: Record<string, object> = {};
  const consumed = new Map<Table, ConsumedUnits>();
  let bytes = 0;
  let refusal: AwsError | undefined;
  let read = 0;
  for (const { name, table, one, keys, projection } of reads) {
    const items: Item[] = [];
    responses[name] = items;
    const left: Item[] = [];
    const units = noUnits();
    consumed.set(table, units);
    for (const key of keys) {
      const stored = table.get(table.locationOf(key));
      const size = stored?.sizeBytes ?? 0;
      const cost = tableUnits(readUnits(size, one.ConsistentRead ? 'strong' : 'eventual'));
      const refused =
        bytes + size > maximumResponseBytes ? undefined : refusalOf(() => store.charge(table, 'read', cost));
      if (bytes + size > maximumResponseBytes || refused) {
        refusal ??= refused;
        left.push(key);
        continue;
      }
      read++;
      bytes += size;
      addUnits(units, cost);
      if (stored) items.push(projection ? projection.of(stored.item) : stored.item);
    }
    if (left.length > 0) unprocessed[name] = { ...one, Keys: left };
  }
  // Only when nothing at all could be read is the whole request refused.
  if (refusal && read === 0) throw refusal;
  const capacity = capacities(input.ReturnConsumedCapacity, consumed);
  return {
    Responses: responses,
    UnprocessedKeys: unprocessed,
    ...(capacity && { ConsumedCapacity: capacity }),
  };
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html */
export function batchWriteItem(store: Store, request: unknown): object {
  const input = parseInput(batchWriteShape, request);
  const requests = Object.entries(input.RequestItems);
  if (requests.reduce((count, [, writes]) => count + writes.length, 0) > maximumWrites) {
    throw invalid('Too many items requested for the BatchWriteItem call');
  }
  const parsed = requests.map(([name, writes]) => ({ name, writes: writes.map(readWrite) }));
  const planned = parsed.map(({ name, writes }) => ({
    name,
    ...placeWrites(store.table(name), writes),
  }));
  const consumed = new Map<Table, ConsumedUnits>();
  const unprocessed: Record<string, object[]> = {};
  const metrics: Record<string, object[]> = {};
  let refusal: AwsError | undefined;
  let written = 0;
  for (const { name, table, writes } of planned) {
    const units = noUnits();
    consumed.set(table, units);
    for (const { location, after, raw } of writes) {
      const write = table.plan(location, after);
      const refused = refusalOf(() => store.charge(table, 'write', write.units));
      if (refused) {
        refusal ??= refused;
        unprocessed[name] = [...(unprocessed[name] ?? []), raw];
        continue;
      }
      written++;
      table.commit(write);
      addUnits(units, write.units);
      const metric = input.ReturnItemCollectionMetrics === 'SIZE' && itemCollectionMetrics(table, write);
      if (metric) metrics[name] = [...(metrics[name] ?? []), metric];
    }
  }
  if (refusal && written === 0) throw refusal;
  const capacity = capacities(input.ReturnConsumedCapacity, consumed);
  return {
    UnprocessedItems: unprocessed,
    ...(Object.keys(metrics).length > 0 && { ItemCollectionMetrics: metrics }),
    ...(capacity && { ConsumedCapacity: capacity }),
  };
}

function readKeys(store: Store, name: string, one: Parsed<typeof keysAndAttributes>) {
  expectOneStyle(one, ['ProjectionExpression'], ['AttributesToGet']);
  const scope = new ExpressionScope(one);
  const projection = readProjection(one, scope);
  scope.expectAllUsed();
  const keys = one.Keys.map((key) => readItem(key));
  const table = store.table(name);
  if (projection) expectScalarKeys(table, projection.paths);
  const locations = keys.map((key) => {
    expectKey(key, table.key);
    return table.locationOf(key);
  });
  expectDistinct(locations);
  return { name, table, one, keys, projection };
}

interface Write {
  kind: 'put' | 'delete';
  item: Item;
  raw: object;
}

function readWrite(raw: {
  PutRequest?: { Item: unknown } | undefined;
  DeleteRequest?: { Key: unknown } | undefined;
}): Write {
  const { PutRequest: put, DeleteRequest: remove } = raw;
  if (put && remove) {
    throw invalid(
      'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
    );
  }
  if (put) {
    const item = readItem(put.Item);
    if (itemSizeBytes(item) > maximumItemBytes) {
      throw invalid('Item size has exceeded the maximum allowed size');
    }
    return { kind: 'put', item, raw };
  }
  if (remove) return { kind: 'delete', item: readItem(remove.Key), raw };
  throw invalid(
    'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
  );
}

function placeWrites(
  table: Table,
  writes: readonly Write[],
): {
  table: Table;
  writes: { location: Location; after: StoredItem | undefined; raw: object }[];
} {
  const placed = writes.map(({ kind, item, raw }) => {
    if (kind === 'put') {
      const after = table.stored(item);
      return { location: table.locationOf(item), after, raw };
    }
    expectKey(item, table.key);
    return { location: table.locationOf(item), after: undefined, raw };
  });
  expectDistinct(placed.map(({ location }) => location));
  return { table, writes: placed };
}

function expectDistinct(locations: readonly Location[]): void {
  const seen = new Set<string>();
  for (const { partition, sort } of locations) {
    const text = JSON.stringify([partition, sort]);
    if (seen.has(text)) throw invalid('Provided list of item keys contains duplicates');
    seen.add(text);
  }
}

/** The throttling error that `charge` throws, if it throws one. */
function refusalOf(charge: () => void): AwsError | undefined {
  try {
    charge();
    return undefined;
  } catch (error) {
    if (error instanceof AwsError && isThrottling(error)) return error;
    throw error;
  }
}

export function isThrottling({ code }: AwsError): boolean {
  return code === 'ProvisionedThroughputExceededException' || code === 'ThrottlingException';
}

export function capacities(
  wanted: 'INDEXES' | 'TOTAL' | 'NONE' | undefined,
  consumed: ReadonlyMap<Table, ConsumedUnits>,
  direction?: 'read' | 'write',
): object[] | undefined {
  if (wanted !== 'TOTAL' && wanted !== 'INDEXES') return undefined;
  return [...consumed].flatMap(
    ([table, units]) => consumedCapacity(wanted, table.name, units, direction) ?? [],
  );
}
