import { AwsError } from '../service.ts';
import { type Item, itemSizeBytes, maximumItemBytes, readItem } from './attribute-value.ts';
import { consumedCapacity, type ReadMode, readUnits, tableUnits, writeUnits } from './capacity.ts';
import { invalid, invalidParameter } from './errors.ts';
import { applyUpdate } from './expression/apply-update.ts';
import type { ParsedCondition } from './expression/condition.ts';
import { parseCondition } from './expression/condition.ts';
import { isMet } from './expression/evaluate.ts';
import { Projection } from './expression/path.ts';
import { ExpressionScope } from './expression/scope.ts';
import { type ParsedUpdate, parseUpdate } from './expression/update.ts';
import { expectOneStyle, expectScalarKeys, readProjection, readWriteCondition } from './expressions.ts';
import { expectKey, keyAttributes } from './key.ts';
import { legacyCondition, legacyUpdates } from './legacy.ts';
import {
  boolean,
  documents,
  listOf,
  names,
  oneOf,
  parseInput,
  required,
  string,
  structure,
} from './shape.ts';
import type { Store } from './store.ts';
import type { PlannedWrite, Table } from './table.ts';
import { tableName } from './table-definition.ts';
import type { Location } from './time-to-live.ts';

export const returnConsumedCapacity = oneOf('INDEXES', 'TOTAL', 'NONE');
export const returnItemCollectionMetrics = oneOf('SIZE', 'NONE');

const conditionMembers = {
  ConditionExpression: string,
  Expected: documents,
  ConditionalOperator: oneOf('AND', 'OR'),
  ExpressionAttributeNames: names,
  ExpressionAttributeValues: documents,
  ReturnConsumedCapacity: returnConsumedCapacity,
  ReturnItemCollectionMetrics: returnItemCollectionMetrics,
  ReturnValuesOnConditionCheckFailure: oneOf('ALL_OLD', 'NONE'),
} as const;
const returnValues = oneOf('ALL_NEW', 'UPDATED_OLD', 'ALL_OLD', 'NONE', 'UPDATED_NEW');

const putItemShape = structure({
  TableName: tableName,
  Item: required(documents),
  ReturnValues: returnValues,
  ...conditionMembers,
});
const deleteItemShape = structure({
  TableName: tableName,
  Key: required(documents),
  ReturnValues: returnValues,
  ...conditionMembers,
});
const updateItemShape = structure({
  TableName: tableName,
  Key: required(documents),
  UpdateExpression: string,
  AttributeUpdates: documents,
  ReturnValues: returnValues,
  ...conditionMembers,
});
const getItemShape = structure({
  TableName: tableName,
  Key: required(documents),
  AttributesToGet: listOf(string, 1, 255),
  ProjectionExpression: string,
  ExpressionAttributeNames: names,
  ConsistentRead: boolean,
  ReturnConsumedCapacity: returnConsumedCapacity,
});

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html */
export function putItem(store: Store, request: unknown): object {
  const input = parseInput(putItemShape, request);
  expectOneStyle(input, ['ConditionExpression'], ['Expected', 'ConditionalOperator']);
  const item = readItem(input.Item);
  expectAllOldOrNone(input.ReturnValues);
  if (itemSizeBytes(item) > maximumItemBytes) {
    throw invalid('Item size has exceeded the maximum allowed size');
  }
  const condition = readWriteCondition(input);
  const table = store.table(input.TableName);
  const after = table.stored(item);
  const location = table.locationOf(item);
  expectCondition(store, table, location, condition, input);
  const write = table.plan(location, after);
  store.charge(table, 'write', write.units);
  table.commit(write);
  return writeResult(table, write, input, {
    Attributes: input.ReturnValues === 'ALL_OLD' ? write.before?.item : undefined,
  });
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteItem.html */
export function deleteItem(store: Store, request: unknown): object {
  const input = parseInput(deleteItemShape, request);
  expectOneStyle(input, ['ConditionExpression'], ['Expected', 'ConditionalOperator']);
  const key = readItem(input.Key);
  expectAllOldOrNone(input.ReturnValues);
  const condition = readWriteCondition(input);
  const table = store.table(input.TableName);
  expectKey(key, table.key);
  const location = table.locationOf(key);
  expectCondition(store, table, location, condition, input);
  const write = table.plan(location, undefined);
  store.charge(table, 'write', write.units);
  table.commit(write);
  return writeResult(table, write, input, {
    Attributes: input.ReturnValues === 'ALL_OLD' ? write.before?.item : undefined,
  });
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html */
export function updateItem(store: Store, request: unknown): object {
  const input = parseInput(updateItemShape, request);
  expectOneStyle(
    input,
    ['UpdateExpression', 'ConditionExpression'],
    ['AttributeUpdates', 'Expected', 'ConditionalOperator'],
  );
  const key = readItem(input.Key);
  const scope = new ExpressionScope(input);
  const update: ParsedUpdate =
    input.UpdateExpression === undefined
      ? { actions: legacyUpdates(input.AttributeUpdates ?? {}), paths: [] }
      : parseUpdate(input.UpdateExpression, scope);
  const condition =
    input.ConditionExpression === undefined
      ? legacyCondition('Expected', input.Expected, input.ConditionalOperator)
      : parseCondition('ConditionExpression', input.ConditionExpression, scope);
  scope.expectAllUsed();
  const table = store.table(input.TableName);
  expectKey(key, table.key);
  expectUpdatable(table, update);
  const location = table.locationOf(key);
  expectCondition(store, table, location, condition, input);
  const write = planUpdate(table, key, update);
  store.charge(table, 'write', write.units);
  table.commit(write);
  return writeResult(table, write, input, {
    Attributes: updatedAttributes(input.ReturnValues, update, write),
  });
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetItem.html */
export function getItem(store: Store, request: unknown): object {
  const input = parseInput(getItemShape, request);
  expectOneStyle(input, ['ProjectionExpression'], ['AttributesToGet']);
  const key = readItem(input.Key);
  const scope = new ExpressionScope(input);
  const projection = readProjection(input, scope);
  scope.expectAllUsed();
  const table = store.table(input.TableName);
  expectKey(key, table.key);
  if (projection) expectScalarKeys(table, projection.paths);
  const mode: ReadMode = input.ConsistentRead ? 'strong' : 'eventual';
  const stored = table.get(table.locationOf(key));
  const units = tableUnits(readUnits(stored?.sizeBytes ?? 0, mode));
  store.charge(table, 'read', units);
  const capacity = consumedCapacity(input.ReturnConsumedCapacity, table.name, units);
  return {
    ...(stored && { Item: projection ? projection.of(stored.item) : stored.item }),
    ...(capacity && { ConsumedCapacity: capacity }),
  };
}

/** Throws when the update touches a key attribute. */
export function expectUpdatable(table: Table, { actions, paths }: ParsedUpdate): void {
  for (const { name } of keyAttributes(table.key)) {
    if (actions.some(({ path }) => path[0] === name)) {
      throw invalidParameter(`Cannot update attribute ${name}. This attribute is part of the key`);
    }
  }
  expectScalarKeys(table, paths);
}

/** Works out an update of the item with this key, or the creation of one. */
export function planUpdate(table: Table, key: Item, { actions }: ParsedUpdate): PlannedWrite {
  const location = table.locationOf(key);
  const item = applyUpdate(table.get(location)?.item ?? key, actions);
  const after = table.stored(item, 'Item size to update has exceeded the maximum allowed size');
  return table.plan(location, after);
}

/** Throws ConditionalCheckFailedException; a failed condition is paid for like the write. */
function expectCondition(
  store: Store,
  table: Table,
  location: Location,
  condition: ParsedCondition | undefined,
  {
    ReturnValuesOnConditionCheckFailure: returned,
  }: { ReturnValuesOnConditionCheckFailure?: string | undefined },
): void {
  if (!condition) return;
  expectScalarKeys(table, condition.paths);
  const present = table.get(location);
  if (isMet(condition.condition, present?.item ?? {})) return;
  store.charge(table, 'write', tableUnits(writeUnits(present?.sizeBytes ?? 0)));
  throw new AwsError(
    'ConditionalCheckFailedException',
    'The conditional request failed',
    400,
    returned === 'ALL_OLD' && present ? { Item: present.item } : {},
  );
}

function expectAllOldOrNone(returned: string | undefined): void {
  if (returned === undefined || returned === 'ALL_OLD' || returned === 'NONE') return;
  throw invalid('ReturnValues can only be ALL_OLD or NONE');
}

function updatedAttributes(
  returned: string | undefined,
  { actions }: ParsedUpdate,
  { before, after }: PlannedWrite,
): Item | undefined {
  switch (returned) {
    case 'ALL_OLD':
      return before?.item;
    case 'ALL_NEW':
      return after?.item;
    case 'UPDATED_OLD':
    case 'UPDATED_NEW': {
      const item = (returned === 'UPDATED_OLD' ? before : after)?.item ?? {};
      const part = new Projection(actions.map(({ path }) => path)).of(item);
      return Object.keys(part).length > 0 ? part : undefined;
    }
    default:
      return undefined;
  }
}

function writeResult(
  table: Table,
  write: PlannedWrite,
  input: {
    ReturnConsumedCapacity?: 'INDEXES' | 'TOTAL' | 'NONE' | undefined;
    ReturnItemCollectionMetrics?: 'SIZE' | 'NONE' | undefined;
  },
  { Attributes: attributes }: { Attributes: Item | undefined },
): object {
  const capacity = consumedCapacity(input.ReturnConsumedCapacity, table.name, write.units);
  const metrics =
    input.ReturnItemCollectionMetrics === 'SIZE' ? itemCollectionMetrics(table, write) : undefined;
  return {
    ...(attributes && { Attributes: attributes }),
    ...(capacity && { ConsumedCapacity: capacity }),
    ...(metrics && { ItemCollectionMetrics: metrics }),
  };
}

/** Only tables with local indexes have item collections. The estimate is in gigabytes. */
export function itemCollectionMetrics(
  table: Table,
  { location, before, after }: PlannedWrite,
): object | undefined {
  if (![...table.indexes.values()].some(({ definition }) => definition.kind === 'local')) {
    return undefined;
  }
  const { hash } = table.key;
  const value = (after ?? before)?.item[hash.name];
  if (!value) return undefined;
  let bytes = 0;
  for (const { document } of table.entries.range(location.partition)) bytes += document.sizeBytes;
  for (const { definition, entries } of table.indexes.values()) {
    if (definition.kind !== 'local') continue;
    for (const { document } of entries.range(location.partition)) bytes += document.sizeBytes;
  }
  const gigabytes = Math.floor(bytes / 1024 ** 3);
  return {
    ItemCollectionKey: { [hash.name]: value },
    SizeEstimateRangeGB: [gigabytes, gigabytes + 1],
  };
}
