// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html
import type { StackValue, StackValues } from '../../terraform/stack.ts';
import {
  apply,
  block,
  blocks,
  flag,
  listOf,
  number,
  type Property,
  refused,
  tags,
  text,
  texts,
} from '../property.ts';
import { type ResourceMapping, the } from '../resource-mapping.ts';

const keySchema: Property = (given) =>
  Object.assign(
    {},
    ...listOf(given).map((item) => {
      const { name, kind } = apply({ AttributeName: text('name'), KeyType: text('kind') }, item);
      if (kind !== 'HASH' && kind !== 'RANGE') throw item.refuse('KeyType must be HASH or RANGE');
      return { [kind === 'HASH' ? 'hash_key' : 'range_key']: name };
    }),
  ) as StackValues;

const projection: Property = (given) =>
  apply({ NonKeyAttributes: texts('non_key_attributes'), ProjectionType: text('projection_type') }, given);

const throughput: Property = (given) =>
  apply({ ReadCapacityUnits: number('read_capacity'), WriteCapacityUnits: number('write_capacity') }, given);

const onDemand = block('on_demand_throughput', {
  MaxReadRequestUnits: number('max_read_request_units'),
  MaxWriteRequestUnits: number('max_write_request_units'),
});

const insights = refused('contributor insights do not run locally');

const table: ResourceMapping = {
  properties: {
    AttributeDefinitions: blocks('attribute', { AttributeName: text('name'), AttributeType: text('type') }),
    BillingMode: text('billing_mode'),
    ContributorInsightsSpecification: insights,
    DeletionProtectionEnabled: flag('deletion_protection_enabled'),
    GlobalSecondaryIndexes: blocks('global_secondary_index', {
      ContributorInsightsSpecification: insights,
      IndexName: text('name'),
      KeySchema: keySchema,
      OnDemandThroughput: onDemand,
      Projection: projection,
      ProvisionedThroughput: throughput,
    }),
    ImportSourceSpecification: refused('an import from S3 does not run locally'),
    KeySchema: keySchema,
    KinesisStreamSpecification: refused('a Kinesis stream of changes does not run locally'),
    LocalSecondaryIndexes: blocks('local_secondary_index', {
      IndexName: text('name'),
      KeySchema: (given) => {
        const { range_key } = keySchema(given);
        return { range_key: range_key ?? null };
      },
      Projection: projection,
    }),
    OnDemandThroughput: onDemand,
    PointInTimeRecoverySpecification: block('point_in_time_recovery', {
      PointInTimeRecoveryEnabled: flag('enabled'),
      RecoveryPeriodInDays: number('recovery_period_in_days'),
    }),
    ProvisionedThroughput: throughput,
    ResourcePolicy: refused('a resource policy of a table does not run locally'),
    SSESpecification: block('server_side_encryption', {
      KMSMasterKeyId: text('kms_key_arn'),
      SSEEnabled: flag('enabled'),
      SSEType: () => ({}),
    }),
    StreamSpecification: (given) => ({
      stream_enabled: true,
      ...apply({ StreamViewType: text('stream_view_type') }, given),
    }),
    TableClass: text('table_class'),
    TableName: text('name'),
    Tags: tags('tags'),
    TimeToLiveSpecification: block('ttl', {
      AttributeName: text('attribute_name'),
      Enabled: flag('enabled'),
    }),
    WarmThroughput: refused('warm throughput does not run locally'),
  },
  required: ['KeySchema'],
  make: (values, context) => [
    { type: 'aws_dynamodb_table', values: { name: context.madeUpName(255), ...values } },
  ],
  ref: the('name'),
  attributes: {
    Arn: the('arn'),
    StreamArn: (values): StackValue => values.stream_arn || null,
  },
};

export const dynamoDbMappings: Record<string, ResourceMapping> = { 'AWS::DynamoDB::Table': table };
