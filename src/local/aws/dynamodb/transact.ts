import { createHash } from 'node:crypto';
import { AwsError } from '../service.ts';
import { type Item, itemSizeBytes, maximumItemBytes, readItem } from './attribute-value.ts';
import { capacities, isThrottling } from './batch.ts';
import { addUnits, type ConsumedUnits, noUnits, readUnits, tableUnits, writeUnits } from './capacity.ts';
import { invalid } from './errors.ts';
import { type ParsedCondition, parseCondition } from './expression/condition.ts';
import { isMet } from './expression/evaluate.ts';
import { ExpressionScope } from './expression/scope.ts';
import { type ParsedUpdate, parseUpdate } from './expression/update.ts';
import { expectOneStyle, expectScalarKeys, readProjection } from './expressions.ts';
import {
  expectUpdatable,
  itemCollectionMetrics,
  planUpdate,
  returnConsumedCapacity,
  returnItemCollectionMetrics,
} from './item-operations.ts';
import { expectItemKey, expectKey } from './key.ts';
import {
  documents,
  listOf,
  names,
  oneOf,
  type Parsed,
  parseInput,
  required,
  string,
  structure,
} from './shape.ts';
import type { Store } from './store.ts';
import type { PlannedWrite, Table } from './table.ts';
import { tableName } from './table-definition.ts';
import type { Location } from './time-to-live.ts';

const conditionMembers = {
  TableName: tableName,
  ConditionExpression: string,
  ExpressionAttributeNames: names,
  ExpressionAttributeValues: documents,
  ReturnValuesOnConditionCheckFailure: oneOf('ALL_OLD', 'NONE'),
} as const;
const transactItem = structure({
  ConditionCheck: structure({
    ...conditionMembers,
    Key: required(documents),
    ConditionExpression: required(string),
  }),
  Put: structure({ ...conditionMembers, Item: required(documents) }),
  Delete: structure({ ...conditionMembers, Key: required(documents) }),
  Update: structure({
    ...conditionMembers,
    Key: required(documents),
    UpdateExpression: required(string),
  }),
});
const transactWriteShape = structure({
  TransactItems: required(listOf(transactItem, 1, 100)),
  ClientRequestToken: { kind: 'string', minimum: 1, maximum: 36 } as const,
  ReturnConsumedCapacity: returnConsumedCapacity,
  ReturnItemCollectionMetrics: returnItemCollectionMetrics,
});
const transactGetShape = structure({
  TransactItems: required(
    listOf(
      structure({
        Get: required(
          structure({
            TableName: tableName,
            Key: required(documents),
            ProjectionExpression: string,
            ExpressionAttributeNames: names,
          }),
        ),
      }),
      1,
      100,
    ),
  ),
  ReturnConsumedCapacity: returnConsumedCapacity,
});

const maximumTransactionBytes = 4 * 1024 * 1024;
const tokenLifetimeMs = 10 * 60 * 1000;

/** One action of a transaction, parsed. */
interface Action {
  kind: 'Put' | 'Update' | 'Delete' | 'ConditionCheck';
  tableName: string;
  /** The item to put, or the key. */
  item: Item;
  update: ParsedUpdate | undefined;
  condition: ParsedCondition | undefined;
  returnsOld: boolean;
}

type Reason = { Code: string; Message?: string; Item?: Item };

/** Requests of the last ten minutes that carried a ClientRequestToken. */
export class TransactionTokens {
  readonly #seen = new Map<string, { atMs: number; fingerprint: string; units: Map<Table, ConsumedUnits> }>();

  find(token: string, nowMs: number) {
    for (const [old, { atMs }] of this.#seen) {
      if (atMs > nowMs - tokenLifetimeMs) break;
      this.#seen.delete(old);
    }
    return this.#seen.get(token);
  }

  remember(token: string, atMs: number, fingerprint: string, units: Map<Table, ConsumedUnits>): void {
    this.#seen.set(token, { atMs, fingerprint, units });
  }
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html */
export function transactWriteItems(store: Store, tokens: TransactionTokens, request: unknown): object {
  const input = parseInput(transactWriteShape, request);
  const actions = input.TransactItems.map(readAction);
  const nowMs = store.runtime.clock.now();
  const token = input.ClientRequestToken;
  const fingerprint = token === undefined ? '' : fingerprintOf(input.TransactItems);
  const earlier = token === undefined ? undefined : tokens.find(token, nowMs);
  if (earlier) return repeated(store, earlier, fingerprint, input.ReturnConsumedCapacity);
  const placed = actions.map((action) => place(store, action));
  expectDistinct(placed);
  const outcomes = placed.map(attempt);
  const reasons = outcomes.map(
    (outcome): Reason => ('reason' in outcome ? outcome.reason : { Code: 'None' }),
  );
  if (reasons.some(({ Code }) => Code !== 'None')) {
    for (const { table, location } of placed) {
      const bytes = table.get(location)?.sizeBytes ?? 0;
      store.meter(table, 'write', tableUnits(2 * writeUnits(bytes)));
    }
    throw cancelled(reasons);
  }
  const writes = outcomes.flatMap((outcome) => ('write' in outcome ? outcome : []));
  expectTotalSize(writes.map(({ write }) => write));
  const units = unitsByTable(writes);
  takeAll(store, placed, units);
  for (const { table, write, kind } of writes) {
    if (kind !== 'ConditionCheck') table.commit(write);
  }
  if (token !== undefined) tokens.remember(token, nowMs, fingerprint, units);
  const capacity = capacities(input.ReturnConsumedCapacity, units, 'write');
  const metrics = input.ReturnItemCollectionMetrics === 'SIZE' ? collectionMetrics(writes) : undefined;
  return {
    ...(capacity && { ConsumedCapacity: capacity }),
    ...(metrics && { ItemCollectionMetrics: metrics }),
  };
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactGetItems.html */
export function transactGetItems(store: Store, request: unknown): object {
  const input = parseInput(transactGetShape, request);
  const gets = input.TransactItems.map(({ Get: get }) => {
    expectOneStyle(get, ['ProjectionExpression'], []);
    const scope = new ExpressionScope(get);
    const projection = readProjection(get, scope);
    scope.expectAllUsed();
    return { name: get.TableName, key: readItem(get.Key), projection };
  });
  const units = new Map<Table, ConsumedUnits>();
  let bytes = 0;
  const responses = gets.map(({ name, key, projection }) => {
    const table = store.table(name);
    expectKey(key, table.key);
    if (projection) expectScalarKeys(table, projection.paths);
    const stored = table.get(table.locationOf(key));
    bytes += stored?.sizeBytes ?? 0;
    addUnits(unitsFor(units, table), tableUnits(readUnits(stored?.sizeBytes ?? 0, 'transactional')));
    return stored ? { Item: projection ? projection.of(stored.item) : stored.item } : {};
  });
  if (bytes > maximumTransactionBytes) throw tooLarge();
  for (const [table, spent] of units) store.charge(table, 'read', spent);
  const capacity = capacities(input.ReturnConsumedCapacity, units, 'read');
  return { Responses: responses, ...(capacity && { ConsumedCapacity: capacity }) };
}

function readAction(raw: Parsed<typeof transactItem>): Action {
  const { ConditionCheck: check, Put: put, Delete: remove, Update: update } = raw;
  const given = [check, put, remove, update].filter((one) => one !== undefined);
  const [one] = given;
  if (given.length !== 1 || !one) {
    throw invalid('TransactItems can only contain one of Check, Put, Update or Delete');
  }
  expectOneStyle(one, update ? ['UpdateExpression', 'ConditionExpression'] : ['ConditionExpression'], []);
  const scope = new ExpressionScope(one);
  const parsedUpdate = update && parseUpdate(update.UpdateExpression, scope);
  const condition =
    one.ConditionExpression === undefined
      ? undefined
      : parseCondition('ConditionExpression', one.ConditionExpression, scope);
  scope.expectAllUsed();
  return {
    kind: put ? 'Put' : update ? 'Update' : remove ? 'Delete' : 'ConditionCheck',
    tableName: one.TableName,
    item: readItem('Item' in one ? one.Item : one.Key),
    update: parsedUpdate,
    condition,
    returnsOld: one.ReturnValuesOnConditionCheckFailure === 'ALL_OLD',
  };
}

interface PlacedAction extends Action {
  table: Table;
  location: Location;
}

function place(store: Store, action: Action): PlacedAction {
  const table = store.table(action.tableName);
  if (action.kind === 'Put') expectItemKey(action.item, table.key);
  else expectKey(action.item, table.key);
  if (action.update) expectUpdatable(table, action.update);
  if (action.condition) expectScalarKeys(table, action.condition.paths);
  return { ...action, table, location: table.locationOf(action.item) };
}

function expectDistinct(actions: readonly PlacedAction[]): void {
  const seen = new Set<string>();
  for (const { table, location } of actions) {
    const text = JSON.stringify([table.name, location.partition, location.sort]);
    if (seen.has(text)) {
      throw invalid('Transaction request cannot include multiple operations on one item');
    }
    seen.add(text);
  }
}

interface PlannedAction {
  kind: Action['kind'];
  table: Table;
  write: PlannedWrite;
}

/** Works out an action against the state before the transaction, or says why it cannot be. */
function attempt(action: PlacedAction): PlannedAction | { reason: Reason } {
  const { kind, table, location, condition, item } = action;
  const present = table.get(location);
  if (condition && !isMet(condition.condition, present?.item ?? {})) {
    return {
      reason: {
        Code: 'ConditionalCheckFailed',
        Message: 'The conditional request failed',
        ...(action.returnsOld && present && { Item: present.item }),
      },
    };
  }
  try {
    const write = planAction(action);
    return { kind, table, write };
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== 'ValidationException') throw error;
    if (kind === 'Put' && itemSizeBytes(item) > maximumItemBytes) throw error;
    return { reason: { Code: 'ValidationError', Message: error.message } };
  }
}

function planAction({ kind, table, location, item, update }: PlacedAction): PlannedWrite {
  switch (kind) {
    case 'Put':
      return table.plan(location, table.stored(item));
    case 'Update':
      return planUpdate(table, item, update ?? { actions: [], paths: [] });
    case 'Delete':
      return table.plan(location, undefined);
    case 'ConditionCheck': {
      const present = table.get(location);
      return {
        location,
        before: present,
        after: present,
        indexChanges: [],
        units: tableUnits(writeUnits(present?.sizeBytes ?? 0)),
      };
    }
  }
}

function expectTotalSize(writes: readonly PlannedWrite[]): void {
  const bytes = writes.reduce((sum, { after, before }) => sum + ((after ?? before)?.sizeBytes ?? 0), 0);
  if (bytes > maximumTransactionBytes) throw tooLarge();
}

function tooLarge(): AwsError {
  return invalid(
    'Transaction request exceeds the maximum size of 4 MB: aggregated size of the items is too large',
  );
}

/** Preparing and committing an item are a write each; global indexes follow later, at the plain price. */
function unitsByTable(writes: readonly PlannedAction[]): Map<Table, ConsumedUnits> {
  const units = new Map<Table, ConsumedUnits>();
  for (const { table, write } of writes) {
    const { table: own, local, global } = write.units;
    addUnits(unitsFor(units, table), {
      table: own * 2,
      local: new Map([...local].map(([name, cost]) => [name, cost * 2])),
      global,
    });
  }
  return units;
}

function unitsFor(units: Map<Table, ConsumedUnits>, table: Table): ConsumedUnits {
  const known = units.get(table) ?? noUnits();
  units.set(table, known);
  return known;
}

/** Throws a cancelled transaction when one of the tables is out of capacity. */
function takeAll(
  store: Store,
  placed: readonly PlacedAction[],
  units: ReadonlyMap<Table, ConsumedUnits>,
): void {
  for (const [table, spent] of units) {
    try {
      table.take('write', spent);
    } catch (error) {
      if (!(error instanceof AwsError) || !isThrottling(error)) throw error;
      const Code = error.code === 'ThrottlingException' ? 'ThrottlingError' : 'ProvisionedThroughputExceeded';
      throw cancelled(
        placed.map((action) =>
          action.table === table ? { Code, Message: error.message } : { Code: 'None' },
        ),
      );
    }
  }
  for (const [table, spent] of units) store.meter(table, 'write', spent);
}

function cancelled(reasons: Reason[]): AwsError {
  return new AwsError(
    'TransactionCanceledException',
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${reasons.map(({ Code }) => Code).join(', ')}]`,
    400,
    { CancellationReasons: reasons },
  );
}

/** A repeated request changes nothing and is paid for as reads. */
function repeated(
  store: Store,
  earlier: { fingerprint: string; units: Map<Table, ConsumedUnits> },
  fingerprint: string,
  wanted: 'INDEXES' | 'TOTAL' | 'NONE' | undefined,
): object {
  if (earlier.fingerprint !== fingerprint) {
    throw new AwsError(
      'IdempotentParameterMismatchException',
      'The provided client token is already in use with different request parameters',
    );
  }
  const units = new Map([...earlier.units].map(([table, { table: own }]) => [table, tableUnits(own)]));
  for (const [table, spent] of units) store.charge(table, 'read', spent);
  const capacity = capacities(wanted, units, 'read');
  return capacity ? { ConsumedCapacity: capacity } : {};
}

function fingerprintOf(items: unknown): string {
  return createHash('sha256').update(JSON.stringify(items)).digest('base64');
}

function collectionMetrics(writes: readonly PlannedAction[]): Record<string, object[]> | undefined {
  const metrics: Record<string, object[]> = {};
  for (const { table, write } of writes) {
    const metric = itemCollectionMetrics(table, write);
    if (metric) metrics[table.name] = [...(metrics[table.name] ?? []), metric];
  }
  return Object.keys(metrics).length > 0 ? metrics : undefined;
}
