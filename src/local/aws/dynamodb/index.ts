/**
 * DynamoDB on this machine: the operations of the API 2012-08-10 on tables that live in memory.
 * The wire form is DynamoDB JSON; transport and signatures are not its business.
 */
import type { AccessRequest, AwsOperation, AwsRuntime, AwsService } from '../service.ts';
import {
  accountAccess,
  batchAccess,
  itemAccess,
  resourceAccess,
  tableAccess,
  transactAccess,
} from './access.ts';
import { batchGetItem, batchWriteItem } from './batch.ts';
import type { StreamRecord } from './change-stream.ts';
import { notSupported } from './errors.ts';
import { deleteItem, getItem, putItem, updateItem } from './item-operations.ts';
import { query } from './query.ts';
import { scan } from './scan.ts';
import { Store } from './store.ts';
import type { Table } from './table.ts';
import {
  addTable,
  createTable,
  deleteTable,
  describeContinuousBackups,
  describeEndpoints,
  describeLimits,
  describeTableOperation,
  describeTimeToLive,
  listTables,
  setPointInTimeRecovery,
  updateContinuousBackups,
  updateTable,
  updateTimeToLive,
} from './table-operations.ts';
import { listTagsOfResource, tagResource, untagResource } from './tag-operations.ts';
import { TransactionTokens, transactGetItems, transactWriteItems } from './transact.ts';

export type { StreamRecord } from './change-stream.ts';
export { dynamoDbResourceTypes } from './terraform.ts';

export interface DynamoDbOptions {
  /**
   * From the second in an item's time-to-live attribute to its deletion, in milliseconds; one minute by
   * default. AWS deletes within a few days.
   */
  timeToLiveLagMs?: number;
}

export interface DynamoDb extends AwsService {
  /** By name. */
  readonly tables: ReadonlyMap<string, Table>;
  /**
   * Makes a table from a CreateTable request, without an access check. `streamLabel` ends the ARN of its
   * stream, which by default carries the time. Throws AwsError.
   */
  createTable(request: object, streamLabel?: string): Table;
  /** Switches point-in-time recovery of a table on, with its period in days, or off. */
  setPointInTimeRecovery(tableName: string, recoveryPeriodDays: number | undefined): void;
  /** Calls `listener` with every later record of the table's stream. Returns its undo. */
  onChange(tableName: string, listener: (record: StreamRecord) => void): () => void;
  /** Stream records of the last 24 hours, after a sequence number; none when the table has no stream. */
  records(tableName: string, afterSequenceNumber?: string): StreamRecord[];
  /** What a table stores and what of it is billed, in bytes, its indexes included. */
  storage(tableName: string): { itemCount: number; billedBytes: number };
}

/** An empty DynamoDB of the runtime's account and region. */
export function createDynamoDb(runtime: AwsRuntime, options: DynamoDbOptions = {}): DynamoDb {
  const store = new Store(runtime, { timeToLiveLagMs: options.timeToLiveLagMs ?? 60_000 });
  return {
    signingName: 'dynamodb',
    protocol: { kind: 'json', version: '1.0', target: 'DynamoDB_20120810' },
    operations: operationsOf(store),
    tables: store.tables,
    createTable: (request, streamLabel) => addTable(store, request, streamLabel),
    setPointInTimeRecovery(tableName, days) {
      setPointInTimeRecovery(store, store.table(tableName), days);
    },
    onChange: (tableName, listener) => store.onChange(tableName, listener),
    records: (tableName, after) => store.find(tableName)?.stream?.records(after) ?? [],
    storage(tableName) {
      const { entries, billedBytes } = store.table(tableName);
      return { itemCount: entries.count, billedBytes };
    },
  };
}

/** Operations of the real service that the local one refuses by name. */
const unsupportedOperations = [
  'BatchExecuteStatement',
  'CreateBackup',
  'CreateGlobalTable',
  'DeleteBackup',
  'DeleteResourcePolicy',
  'DescribeBackup',
  'DescribeContributorInsights',
  'DescribeExport',
  'DescribeGlobalTable',
  'DescribeGlobalTableSettings',
  'DescribeImport',
  'DescribeKinesisStreamingDestination',
  'DescribeTableReplicaAutoScaling',
  'DisableKinesisStreamingDestination',
  'EnableKinesisStreamingDestination',
  'ExecuteStatement',
  'ExecuteTransaction',
  'ExportTableToPointInTime',
  'GetResourcePolicy',
  'ImportTable',
  'ListBackups',
  'ListContributorInsights',
  'ListExports',
  'ListGlobalTables',
  'ListImports',
  'PutResourcePolicy',
  'RestoreTableFromBackup',
  'RestoreTableToPointInTime',
  'UpdateContributorInsights',
  'UpdateGlobalTable',
  'UpdateGlobalTableSettings',
  'UpdateKinesisStreamingDestination',
  'UpdateTableReplicaAutoScaling',
];

type Access = (store: Store, action: string, request: unknown) => AccessRequest[];
type Run = (store: Store, request: unknown) => object;

function operationsOf(store: Store): Record<string, AwsOperation> {
  const tokens = new TransactionTokens();
  const operations: Record<string, AwsOperation> = {};
  const add = (names: { [name: string]: Run }, access: Access) => {
    for (const [name, run] of Object.entries(names)) {
      operations[name] = {
        access: (request) => access(store, name, request),
        run: (request) => run(store, request),
      };
    }
  };
  add(
    {
      PutItem: putItem,
      GetItem: getItem,
      UpdateItem: updateItem,
      DeleteItem: deleteItem,
      Query: query,
      Scan: scan,
    },
    itemAccess,
  );
  add({ BatchGetItem: batchGetItem, BatchWriteItem: batchWriteItem }, batchAccess);
  add({ TransactWriteItems: (_, request) => transactWriteItems(store, tokens, request) }, (_, __, request) =>
    transactAccess(store, 'TransactWriteItems', request),
  );
  add({ TransactGetItems: transactGetItems }, (_, __, request) =>
    transactAccess(store, 'TransactGetItems', request),
  );
  add(
    {
      CreateTable: createTable,
      DescribeTable: describeTableOperation,
      DeleteTable: deleteTable,
      UpdateTable: updateTable,
      UpdateTimeToLive: updateTimeToLive,
      DescribeTimeToLive: describeTimeToLive,
      DescribeContinuousBackups: describeContinuousBackups,
      UpdateContinuousBackups: updateContinuousBackups,
    },
    tableAccess,
  );
  add(
    {
      ListTagsOfResource: listTagsOfResource,
      TagResource: tagResource,
      UntagResource: untagResource,
    },
    (_, name, request) => resourceAccess(name, request),
  );
  add(
    {
      ListTables: listTables,
      DescribeLimits: describeLimits,
      DescribeEndpoints: describeEndpoints,
      ...Object.fromEntries(
        unsupportedOperations.map((name) => [
          name,
          () => {
            throw notSupported(`The operation ${name}`);
          },
        ]),
      ),
    },
    (_, name) => accountAccess(name),
  );
  return operations;
}
