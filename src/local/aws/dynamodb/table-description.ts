import type { AwsRuntime } from '../service.ts';
import { type KeySchema, keyAttributes } from './key.ts';
import type { Table } from './table.ts';
import type { IndexDefinition, Throughput } from './table-definition.ts';

/** What an on-demand table admits from the start. */
const warmOnDemand = { ReadUnitsPerSecond: 12_000, WriteUnitsPerSecond: 4000 };

/**
 * A table as DescribeTable shows it. `status` is what the operation leaves the table in.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html
 */
export function describeTable(
  table: Table,
  runtime: AwsRuntime,
  status: 'CREATING' | 'ACTIVE' | 'UPDATING' | 'DELETING',
): object {
  const { definition, stream } = table;
  const { throughput, encryption } = definition;
  const createdAt = table.createdAtMs / 1000;
  return {
    AttributeDefinitions: definition.attributes.map(({ name, type }) => ({
      AttributeName: name,
      AttributeType: type,
    })),
    TableName: table.name,
    KeySchema: describeKey(table.key),
    TableStatus: status,
    CreationDateTime: createdAt,
    ProvisionedThroughput: describeProvisioned(throughput),
    TableSizeBytes: table.sizeBytes,
    ItemCount: table.entries.count,
    TableArn: table.arn,
    TableId: table.id,
    ...(throughput.mode === 'PAY_PER_REQUEST' && {
      BillingModeSummary: {
        BillingMode: 'PAY_PER_REQUEST',
        LastUpdateToPayPerRequestDateTime: createdAt,
      },
      TableThroughputModeSummary: {
        TableThroughputMode: 'PAY_PER_REQUEST',
        LastUpdateToPayPerRequestDateTime: createdAt,
      },
    }),
    ...describeOnDemand(throughput),
    WarmThroughput: { ...describeWarm(throughput), Status: 'ACTIVE' },
    ...describeIndexes(table, status),
    ...(stream && {
      StreamSpecification: { StreamEnabled: true, StreamViewType: stream.viewType },
      LatestStreamLabel: stream.label,
      LatestStreamArn: stream.arn,
    }),
    ...(encryption && {
      SSEDescription: {
        Status: 'ENABLED',
        SSEType: 'KMS',
        KMSMasterKeyArn: encryption.kmsKey ?? awsManagedKey(runtime),
      },
    }),
    ...(definition.tableClass !== 'STANDARD' && {
      TableClassSummary: { TableClass: definition.tableClass },
    }),
    DeletionProtectionEnabled: definition.deletionProtection,
  };
}

function describeIndexes(table: Table, tableStatus: string): object {
  const describe = (definition: IndexDefinition) => {
    const index = table.indexes.get(definition.name);
    const { projection } = definition;
    return {
      IndexName: definition.name,
      KeySchema: describeKey(definition.key),
      Projection: {
        ProjectionType: projection.type,
        ...(projection.type === 'INCLUDE' && { NonKeyAttributes: projection.attributes }),
      },
      IndexArn: index?.arn,
      IndexSizeBytes: index?.sizeBytes ?? 0,
      ItemCount: index?.entries.count ?? 0,
      ...(definition.kind === 'global' && {
        IndexStatus: tableStatus === 'CREATING' ? 'CREATING' : 'ACTIVE',
        ProvisionedThroughput: describeProvisioned(definition.throughput),
        ...describeOnDemand(definition.throughput),
        WarmThroughput: { ...describeWarm(definition.throughput), Status: 'ACTIVE' },
      }),
    };
  };
  const { indexes } = table.definition;
  const local = indexes.filter(({ kind }) => kind === 'local').map(describe);
  const global = indexes.filter(({ kind }) => kind === 'global').map(describe);
  return {
    ...(local.length > 0 && { LocalSecondaryIndexes: local }),
    ...(global.length > 0 && { GlobalSecondaryIndexes: global }),
  };
}

function describeKey(key: KeySchema): object[] {
  return keyAttributes(key).map(({ name }, index) => ({
    AttributeName: name,
    KeyType: index === 0 ? 'HASH' : 'RANGE',
  }));
}

function describeProvisioned(throughput: Throughput): object {
  const provisioned = throughput.mode === 'PROVISIONED';
  return {
    NumberOfDecreasesToday: 0,
    ReadCapacityUnits: provisioned ? throughput.readUnits : 0,
    WriteCapacityUnits: provisioned ? throughput.writeUnits : 0,
  };
}

function describeOnDemand(throughput: Throughput): object {
  if (throughput.mode === 'PROVISIONED') return {};
  const { maximumReadUnits, maximumWriteUnits } = throughput;
  if (maximumReadUnits === undefined && maximumWriteUnits === undefined) return {};
  return {
    OnDemandThroughput: {
      MaxReadRequestUnits: maximumReadUnits ?? -1,
      MaxWriteRequestUnits: maximumWriteUnits ?? -1,
    },
  };
}

function describeWarm(throughput: Throughput): object {
  if (throughput.mode === 'PAY_PER_REQUEST') return warmOnDemand;
  return {
    ReadUnitsPerSecond: throughput.readUnits,
    WriteUnitsPerSecond: throughput.writeUnits,
  };
}

function awsManagedKey({ partition, region, accountId }: AwsRuntime): string {
  return `arn:${partition}:kms:${region}:${accountId}:alias/aws/dynamodb`;
}
