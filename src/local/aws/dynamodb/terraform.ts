import type { StackResource, StackValue, StackValues } from '../../../terraform/stack.ts';
import { Unknown } from '../../../terraform/stack.ts';
import type { ResourceTypes } from '../../resource-type.ts';
import type { AwsCall, AwsScope } from '../service.ts';
import type { DynamoDb } from './index.ts';

/** https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/dynamodb_table */
export const dynamoDbResourceTypes: ResourceTypes<AwsScope, DynamoDb> = {
  aws_dynamodb_table: {
    attributes: tableAttributes,
    realise: realiseTable,
  },
  aws_dynamodb_table_item: {
    attributes: (values) => ({ id: itemId(values) }),
    realise: realiseItem,
  },
};

/** AWS makes the label from the time of creation; a configuration always gives the same one. */
const streamLabel = '2024-01-01T00:00:00.000';

const unsupportedArguments = [
  'replica',
  'global_table_witness',
  'import_table',
  'restore_backup_arn',
  'restore_date_time',
  'restore_source_name',
  'restore_source_table_arn',
  'restore_to_latest_time',
];

function tableAttributes(values: StackValues, scope: AwsScope): StackValues {
  const name = textOf(values.name) ?? '';
  const arn = `arn:${scope.partition}:dynamodb:${scope.region}:${scope.accountId}:table/${name}`;
  const streams = values.stream_enabled === true;
  const provisioned = (values.billing_mode ?? 'PROVISIONED') === 'PROVISIONED';
  return {
    arn,
    id: name,
    billing_mode: values.billing_mode ?? 'PROVISIONED',
    read_capacity: values.read_capacity ?? 0,
    write_capacity: values.write_capacity ?? 0,
    range_key: values.range_key ?? null,
    stream_enabled: values.stream_enabled ?? null,
    stream_arn: streams ? `${arn}/stream/${streamLabel}` : '',
    stream_label: streams ? streamLabel : '',
    stream_view_type: values.stream_view_type ?? '',
    table_class: values.table_class ?? 'STANDARD',
    deletion_protection_enabled: values.deletion_protection_enabled ?? false,
    region: values.region ?? scope.region,
    tags: values.tags ?? null,
    tags_all: values.tags_all ?? values.tags ?? {},
    global_secondary_index: blocksOf(values.global_secondary_index).map((index) => ({
      range_key: '',
      non_key_attributes: [],
      on_demand_throughput: [],
      read_capacity: provisioned ? null : 0,
      write_capacity: provisioned ? null : 0,
      ...index,
    })),
    local_secondary_index: values.local_secondary_index ?? [],
    point_in_time_recovery: values.point_in_time_recovery ?? [{ enabled: false, recovery_period_in_days: 0 }],
    server_side_encryption: values.server_side_encryption ?? [],
    ttl: values.ttl ?? [{ attribute_name: '', enabled: false }],
    on_demand_throughput: values.on_demand_throughput ?? [],
    replica: values.replica ?? [],
  };
}

async function realiseTable(resource: StackResource, cloud: DynamoDb): Promise<void> {
  const { values, address } = resource;
  for (const name of unsupportedArguments) {
    if (resource.configured.includes(name) && !isEmpty(values[name])) {
      throw new Error(
        `${address}: the argument "${name}" is not supported by the local DynamoDB. Remove it for local runs, for example with a variable.`,
      );
    }
  }
  const table = cloud.createTable(createTableRequest(values, address), textOf(values.stream_label));
  const ttl = blocksOf(values.ttl)[0];
  if (ttl?.enabled === true) {
    await cloud.operations.UpdateTimeToLive?.run(
      {
        TableName: table.name,
        TimeToLiveSpecification: { AttributeName: ttl.attribute_name, Enabled: true },
      },
      terraformCall(table.arn),
    );
  }
  const recovery = blocksOf(values.point_in_time_recovery)[0];
  if (recovery?.enabled === true) {
    cloud.setPointInTimeRecovery(table.name, numberOf(recovery.recovery_period_in_days) ?? 35);
  }
}

async function realiseItem(resource: StackResource, cloud: DynamoDb): Promise<void> {
  const { values, address } = resource;
  const text = textOf(values.item);
  const tableName = textOf(values.table_name);
  if (text === undefined || tableName === undefined) {
    throw new Error(`${address}: "table_name" and "item" must be known to put the item.`);
  }
  await cloud.operations.PutItem?.run(
    { TableName: tableName, Item: parseItem(text, address) },
    terraformCall(tableName),
  );
}

/** The arguments of aws_dynamodb_table as a CreateTable request. */
function createTableRequest(values: StackValues, address: string): object {
  const onDemand = values.billing_mode === 'PAY_PER_REQUEST';
  const global = blocksOf(values.global_secondary_index);
  const local = blocksOf(values.local_secondary_index);
  const encryption = blocksOf(values.server_side_encryption)[0];
  const tags = blockOf(values.tags_all) ?? blockOf(values.tags) ?? {};
  return {
    TableName: known(values.name, address, 'name'),
    AttributeDefinitions: blocksOf(values.attribute).map((attribute) => ({
      AttributeName: attribute.name,
      AttributeType: attribute.type,
    })),
    KeySchema: keySchemaOf(values),
    BillingMode: onDemand ? 'PAY_PER_REQUEST' : 'PROVISIONED',
    ...throughputOf(values, onDemand),
    ...(global.length > 0 && {
      GlobalSecondaryIndexes: global.map((index) => ({
        ...indexOf(index, keySchemaOf(index)),
        ...throughputOf(index, onDemand),
      })),
    }),
    ...(local.length > 0 && {
      LocalSecondaryIndexes: local.map((index) =>
        indexOf(
          index,
          keySchemaOf({ hash_key: values.hash_key ?? null, range_key: index.range_key ?? null }),
        ),
      ),
    }),
    ...(values.stream_enabled === true && {
      StreamSpecification: { StreamEnabled: true, StreamViewType: values.stream_view_type },
    }),
    ...(encryption?.enabled === true && {
      SSESpecification: {
        Enabled: true,
        SSEType: 'KMS',
        ...(textOf(encryption.kms_key_arn) && { KMSMasterKeyId: encryption.kms_key_arn }),
      },
    }),
    TableClass: values.table_class ?? 'STANDARD',
    DeletionProtectionEnabled: values.deletion_protection_enabled === true,
    Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value: String(Value) })),
  };
}

function indexOf(index: StackValues, keySchema: object[]): object {
  const included = index.non_key_attributes;
  return {
    IndexName: index.name,
    KeySchema: keySchema,
    Projection: {
      ProjectionType: index.projection_type,
      ...(Array.isArray(included) && included.length > 0 && { NonKeyAttributes: included }),
    },
  };
}

/** A key from `hash_key` and `range_key`, or from the newer `key_schema` blocks of an index. */
function keySchemaOf(values: StackValues): object[] {
  const blocks = blocksOf(values.key_schema);
  if (blocks.length > 0) {
    return blocks.map((block) => ({
      AttributeName: block.attribute_name,
      KeyType: block.key_type,
    }));
  }
  const range = textOf(values.range_key);
  return [
    { AttributeName: values.hash_key, KeyType: 'HASH' },
    ...(range ? [{ AttributeName: range, KeyType: 'RANGE' }] : []),
  ];
}

function throughputOf(values: StackValues, onDemand: boolean): object {
  if (!onDemand) {
    return {
      ProvisionedThroughput: {
        ReadCapacityUnits: numberOf(values.read_capacity) ?? 0,
        WriteCapacityUnits: numberOf(values.write_capacity) ?? 0,
      },
    };
  }
  const maximum = blocksOf(values.on_demand_throughput)[0];
  if (!maximum) return {};
  return {
    OnDemandThroughput: {
      MaxReadRequestUnits: numberOf(maximum.max_read_request_units) ?? -1,
      MaxWriteRequestUnits: numberOf(maximum.max_write_request_units) ?? -1,
    },
  };
}

function itemId(values: StackValues): string {
  const names = [values.hash_key, values.range_key].map(textOf).filter((name) => name);
  const item = parseItem(textOf(values.item) ?? '{}', 'aws_dynamodb_table_item');
  const keys = names.map((name) => {
    const value = name === undefined ? undefined : Object.entries(item).find(([key]) => key === name)?.[1];
    return typeof value === 'object' && value !== null ? Object.values(value).join('') : '';
  });
  return [textOf(values.table_name) ?? '', ...names.flatMap((name, index) => [name, keys[index]])].join('|');
}

function parseItem(text: string, address: string): object {
  try {
    const item: unknown = JSON.parse(text);
    if (typeof item === 'object' && item !== null) return item;
  } catch {
    // Falls through to the error below, which says what is expected.
  }
  throw new Error(`${address}: "item" is not a JSON object in DynamoDB form, such as {"id": {"S": "1"}}.`);
}

function terraformCall(resource: string): AwsCall {
  const accountId = resource.split(':')[4] ?? '';
  return {
    principal: { kind: 'administrator', arn: `arn:aws:iam::${accountId}:root`, accountId },
    requestId: 'terraform',
  };
}

function known(value: StackValue | undefined, address: string, name: string): StackValue {
  if (value === undefined || value === null || value instanceof Unknown) {
    throw new Error(`${address}: the value of "${name}" is not known.`);
  }
  return value;
}

function blocksOf(value: StackValue | undefined): StackValues[] {
  return Array.isArray(value) ? value.map(blockOf).filter((block) => block !== undefined) : [];
}

function blockOf(value: StackValue | undefined): StackValues | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  return Array.isArray(value) || value instanceof Unknown ? undefined : value;
}

function isEmpty(value: StackValue | undefined): boolean {
  if (value === undefined || value === null || value === '' || value === false) return true;
  return Array.isArray(value) && value.length === 0;
}

const textOf = (value: StackValue | undefined) => (typeof value === 'string' ? value : undefined);
const numberOf = (value: StackValue | undefined) => (typeof value === 'number' ? value : undefined);
