import { AwsError } from '../service.ts';
import { invalid, invalidParameter, notSupported, tableNotFound } from './errors.ts';
import {
  boolean,
  document,
  integer,
  listOf,
  oneOf,
  type Parsed,
  parseInput,
  required,
  structure,
} from './shape.ts';
import type { Store } from './store.ts';
import { Table } from './table.ts';
import {
  attributeDefinitions,
  encryptionSpecification,
  expectAttributesUsed,
  expectDistinctNames,
  expectIncludedAttributes,
  globalIndexShape,
  indexName,
  onDemandThroughput,
  provisionedThroughput,
  readAttribute,
  readGlobalIndex,
  readIndexThroughput,
  readStream,
  readTableDefinition,
  readThroughput,
  streamSpecification,
  type TableDefinition,
  type Throughput,
  tableName,
} from './table-definition.ts';
import { describeTable } from './table-description.ts';

const updateTableShape = structure({
  TableName: tableName,
  AttributeDefinitions: attributeDefinitions,
  BillingMode: oneOf('PROVISIONED', 'PAY_PER_REQUEST'),
  ProvisionedThroughput: provisionedThroughput,
  OnDemandThroughput: onDemandThroughput,
  GlobalSecondaryIndexUpdates: listOf(
    structure({
      Create: globalIndexShape,
      Update: structure({
        IndexName: required(indexName),
        ProvisionedThroughput: provisionedThroughput,
        OnDemandThroughput: onDemandThroughput,
      }),
      Delete: structure({ IndexName: required(indexName) }),
    }),
  ),
  StreamSpecification: streamSpecification,
  SSESpecification: encryptionSpecification,
  TableClass: oneOf('STANDARD', 'STANDARD_INFREQUENT_ACCESS'),
  DeletionProtectionEnabled: boolean,
  ReplicaUpdates: document,
  MultiRegionConsistency: document,
  GlobalTableWitnessUpdates: document,
});
type UpdateTableInput = Parsed<typeof updateTableShape>;
const tableShape = structure({ TableName: tableName });
const listTablesShape = structure({
  ExclusiveStartTableName: { kind: 'string', minimum: 3, maximum: 255 } as const,
  Limit: integer(1, 100),
});
const timeToLiveShape = structure({
  TableName: tableName,
  TimeToLiveSpecification: required(
    structure({
      AttributeName: required({ kind: 'string', minimum: 1, maximum: 255 } as const),
      Enabled: required(boolean),
    }),
  ),
});
const continuousBackupsShape = structure({
  TableName: tableName,
  PointInTimeRecoverySpecification: required(
    structure({
      PointInTimeRecoveryEnabled: required(boolean),
      RecoveryPeriodInDays: integer(1, 35),
    }),
  ),
});

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html */
export function createTable(store: Store, request: unknown): object {
  const table = addTable(store, request);
  return { TableDescription: describeTable(table, store.runtime, 'CREATING') };
}

/** Makes the table of a CreateTable request; its stream's label is the time unless one is given. */
export function addTable(store: Store, request: unknown, streamLabel?: string): Table {
  const definition = readTableDefinition(request);
  if (store.tables.has(definition.name)) {
    throw new AwsError('ResourceInUseException', `Table already exists: ${definition.name}`);
  }
  const arn = store.tableArn(definition.name);
  const table = new Table(definition, store.runtime, { arn, events: store, streamLabel });
  store.tables.set(definition.name, table);
  return table;
}

export function describeTableOperation(store: Store, request: unknown): object {
  const table = findTable(store, request);
  return { Table: describeTable(table, store.runtime, 'ACTIVE') };
}

export function listTables(store: Store, request: unknown): object {
  const { ExclusiveStartTableName: after = '', Limit: limit = 100 } = parseInput(listTablesShape, request);
  const names = [...store.tables.keys()].sort().filter((name) => name > after);
  const page = names.slice(0, limit);
  return {
    TableNames: page,
    ...(names.length > page.length && { LastEvaluatedTableName: page.at(-1) }),
  };
}

export function deleteTable(store: Store, request: unknown): object {
  const table = findTable(store, request);
  if (table.definition.deletionProtection) {
    throw invalid(
      'Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.',
    );
  }
  table.close();
  store.tables.delete(table.name);
  return { TableDescription: describeTable(table, store.runtime, 'DELETING') };
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html */
export function updateTable(store: Store, request: unknown): object {
  const input = parseInput(updateTableShape, request);
  if (input.ReplicaUpdates ?? input.MultiRegionConsistency ?? input.GlobalTableWitnessUpdates) {
    throw notSupported('A global table');
  }
  const table = tableNamed(store, input.TableName);
  if (Object.keys(input).every((name) => ['TableName', 'AttributeDefinitions'].includes(name))) {
    throw invalid(
      'At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required',
    );
  }
  const changed = changedDefinition(table.definition, input);
  const stream = input.StreamSpecification;
  const viewType = stream && readStream(stream);
  if (stream && (viewType !== undefined) === (table.stream !== undefined)) {
    const state = table.stream ? 'already has an enabled stream' : 'does not have a stream to disable';
    throw invalid(`Table ${state}: TableName: ${table.name}`);
  }
  table.change(changed);
  if (stream) table.setStream(viewType);
  return { TableDescription: describeTable(table, store.runtime, 'UPDATING') };
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTimeToLive.html */
export function updateTimeToLive(store: Store, request: unknown): object {
  const input = parseInput(timeToLiveShape, request);
  const { AttributeName: attribute, Enabled: enabled } = input.TimeToLiveSpecification;
  const table = tableNamed(store, input.TableName);
  const current = table.timeToLiveAttribute;
  if (enabled && current !== undefined) {
    throw invalid(
      current === attribute
        ? 'TimeToLive is already enabled'
        : `TimeToLive is active on a different AttributeName: current AttributeName is ${current}`,
    );
  }
  if (!enabled && current === undefined) throw invalid('TimeToLive is already disabled');
  if (!enabled && current !== attribute) {
    throw invalid(`TimeToLive is active on a different AttributeName: current AttributeName is ${current}`);
  }
  table.setTimeToLive(enabled ? attribute : undefined, store.options.timeToLiveLagMs);
  return { TimeToLiveSpecification: input.TimeToLiveSpecification };
}

export function describeTimeToLive(store: Store, request: unknown): object {
  const attribute = findTable(store, request).timeToLiveAttribute;
  return {
    TimeToLiveDescription:
      attribute === undefined
        ? { TimeToLiveStatus: 'DISABLED' }
        : { TimeToLiveStatus: 'ENABLED', AttributeName: attribute },
  };
}

export function describeContinuousBackups(store: Store, request: unknown): object {
  const { TableName: name } = parseInput(tableShape, request);
  const table = store.find(name);
  if (!table) throw new AwsError('TableNotFoundException', `Table not found: ${name}`);
  return backupsOf(store, table);
}

export function updateContinuousBackups(store: Store, request: unknown): object {
  const input = parseInput(continuousBackupsShape, request);
  const table = store.find(input.TableName);
  if (!table) {
    throw new AwsError('TableNotFoundException', `Table not found: ${input.TableName}`);
  }
  const { PointInTimeRecoveryEnabled: enabled, RecoveryPeriodInDays: days = 35 } =
    input.PointInTimeRecoverySpecification;
  setPointInTimeRecovery(store, table, enabled ? days : undefined);
  return backupsOf(store, table);
}

export function setPointInTimeRecovery(
  store: Store,
  table: Table,
  recoveryPeriodDays: number | undefined,
): void {
  const sinceMs = table.pointInTimeRecovery?.sinceMs ?? store.runtime.clock.now();
  table.pointInTimeRecovery = recoveryPeriodDays === undefined ? undefined : { recoveryPeriodDays, sinceMs };
}

export function describeLimits(): object {
  return {
    AccountMaxReadCapacityUnits: 80_000,
    AccountMaxWriteCapacityUnits: 80_000,
    TableMaxReadCapacityUnits: 40_000,
    TableMaxWriteCapacityUnits: 40_000,
  };
}

export function describeEndpoints(store: Store): object {
  const address = `dynamodb.${store.runtime.region}.amazonaws.com`;
  return { Endpoints: [{ Address: address, CachePeriodInMinutes: 1440 }] };
}

function findTable(store: Store, request: unknown): Table {
  return tableNamed(store, parseInput(tableShape, request).TableName);
}

/** Table operations name the missing table in their error. */
function tableNamed(store: Store, name: string): Table {
  const table = store.find(name);
  if (!table) throw tableNotFound(store.tableName(name));
  return table;
}

function backupsOf(store: Store, { pointInTimeRecovery: recovery }: Table): object {
  return {
    ContinuousBackupsDescription: {
      ContinuousBackupsStatus: 'ENABLED',
      PointInTimeRecoveryDescription: recovery
        ? {
            PointInTimeRecoveryStatus: 'ENABLED',
            RecoveryPeriodInDays: recovery.recoveryPeriodDays,
            EarliestRestorableDateTime: recovery.sinceMs / 1000,
            LatestRestorableDateTime: store.runtime.clock.now() / 1000,
          }
        : { PointInTimeRecoveryStatus: 'DISABLED' },
    },
  };
}

function changedDefinition(present: TableDefinition, input: UpdateTableInput): TableDefinition {
  const throughput = changedThroughput(present, input);
  const attributes = mergedAttributes(present, input);
  const withMode = present.indexes.map((index) =>
    index.kind === 'local' || index.throughput.mode === throughput.mode
      ? index
      : { ...index, throughput: throughputOfMode(throughput, index.throughput) },
  );
  const indexes = changedIndexes(withMode, input, throughput.mode, attributes);
  expectDistinctNames(indexes);
  expectIncludedAttributes(indexes);
  const keys = [present.key, ...indexes.map(({ key }) => key)];
  if (input.AttributeDefinitions) expectAttributesUsed(attributes, keys);
  const used = new Set(keys.flatMap(({ hash, range }) => [hash.name, range?.name]));
  return {
    ...present,
    throughput,
    indexes,
    attributes: attributes.filter(({ name }) => used.has(name)),
    encryption: input.SSESpecification
      ? input.SSESpecification.Enabled
        ? { kmsKey: input.SSESpecification.KMSMasterKeyId }
        : undefined
      : present.encryption,
    tableClass: input.TableClass ?? present.tableClass,
    deletionProtection: input.DeletionProtectionEnabled ?? present.deletionProtection,
  };
}

function changedThroughput(present: TableDefinition, input: UpdateTableInput): Throughput {
  const { BillingMode: mode, ProvisionedThroughput: provisioned, OnDemandThroughput: onDemand } = input;
  if (mode === undefined && provisioned === undefined && onDemand === undefined) {
    return present.throughput;
  }
  return readThroughput({ ...input, BillingMode: mode ?? present.throughput.mode });
}

/** An index whose table changes its mode and that names no throughput takes that of the table. */
function throughputOfMode(table: Throughput, index: Throughput): Throughput {
  return table.mode === index.mode ? index : table;
}

function mergedAttributes(present: TableDefinition, input: UpdateTableInput) {
  const given = (input.AttributeDefinitions ?? []).map(readAttribute);
  const kept = present.attributes.filter(({ name }) => !given.some((attribute) => attribute.name === name));
  return [...kept, ...given];
}

function changedIndexes(
  present: TableDefinition['indexes'],
  input: UpdateTableInput,
  mode: Throughput['mode'],
  attributes: TableDefinition['attributes'],
): TableDefinition['indexes'] {
  const updates = input.GlobalSecondaryIndexUpdates ?? [];
  if (updates.filter((update) => update.Create ?? update.Delete).length > 1) {
    throw new AwsError(
      'LimitExceededException',
      'Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table',
    );
  }
  return updates.reduce<TableDefinition['indexes']>((indexes, update) => {
    const { Create: create, Update: change, Delete: remove } = update;
    if ([create, change, remove].filter((one) => one !== undefined).length !== 1) {
      throw invalidParameter(
        'One of Create, Update or Delete must be specified in a GlobalSecondaryIndexUpdate',
      );
    }
    if (create) return indexes.concat(readGlobalIndex(create, mode, attributes));
    const name = (change ?? remove)?.IndexName;
    if (!indexes.some((index) => index.kind === 'global' && index.name === name)) {
      throw new AwsError('ResourceNotFoundException', 'Requested resource not found');
    }
    if (remove) return indexes.filter((index) => index.name !== name);
    return indexes.map((index) =>
      change && index.name === name ? { ...index, throughput: readIndexThroughput(change, mode) } : index,
    );
  }, present);
}
