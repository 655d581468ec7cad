import { describe, expect, it } from 'vitest';
import type { StackResource, StackValues } from '../../../terraform/stack.ts';
import { fixture, startMs } from './dynamodb-fixture.ts';
import { dynamoDbResourceTypes } from './terraform.ts';

const scope = { accountId: '123456789012', region: 'eu-central-1', partition: 'aws' };

function resource(type: string, configured: StackValues): StackResource {
  const address = `${type}.this`;
  const computed = dynamoDbResourceTypes[type]?.attributes(configured, scope, address) ?? {};
  return {
    address,
    mode: 'managed',
    type,
    name: 'this',
    modulePath: [],
    provider: 'aws',
    values: { ...configured, ...computed },
    configured: Object.keys(configured),
    sensitive: [],
    dependsOn: [],
    source: { file: 'main.tf', line: 1, column: 1 },
  };
}

async function realised(...resources: StackResource[]) {
  const made = fixture();
  for (const one of resources) await dynamoDbResourceTypes[one.type]?.realise?.(one, made.dynamoDb);
  return made;
}

const table: StackValues = {
  name: 'orders',
  billing_mode: 'PAY_PER_REQUEST',
  hash_key: 'id',
  range_key: 'at',
  attribute: [
    { name: 'id', type: 'S' },
    { name: 'at', type: 'N' },
    { name: 'customer', type: 'S' },
  ],
  global_secondary_index: [
    { name: 'byCustomer', hash_key: 'customer', projection_type: 'INCLUDE', non_key_attributes: ['total'] },
  ],
  local_secondary_index: [{ name: 'byAge', range_key: 'customer', projection_type: 'KEYS_ONLY' }],
  ttl: [{ attribute_name: 'expires', enabled: true }],
  stream_enabled: true,
  stream_view_type: 'NEW_IMAGE',
  point_in_time_recovery: [{ enabled: true }],
  server_side_encryption: [{ enabled: true, kms_key_arn: 'arn:aws:kms:eu-central-1:123456789012:key/1' }],
  deletion_protection_enabled: true,
  on_demand_throughput: [{ max_read_request_units: 10, max_write_request_units: -1 }],
  table_class: 'STANDARD_INFREQUENT_ACCESS',
  tags: { project: 'acme' },
};

describe('aws_dynamodb_table', () => {
  it('becomes the table that it describes', async () => {
    const { call, clock } = await realised(resource('aws_dynamodb_table', table));
    expect(call('DescribeTable', { TableName: 'orders' }).Table).toMatchObject({
      KeySchema: [
        { AttributeName: 'id', KeyType: 'HASH' },
        { AttributeName: 'at', KeyType: 'RANGE' },
      ],
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
      OnDemandThroughput: { MaxReadRequestUnits: 10, MaxWriteRequestUnits: -1 },
      GlobalSecondaryIndexes: [
        { IndexName: 'byCustomer', Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['total'] } },
      ],
      LocalSecondaryIndexes: [
        {
          IndexName: 'byAge',
          KeySchema: [
            { AttributeName: 'id', KeyType: 'HASH' },
            { AttributeName: 'customer', KeyType: 'RANGE' },
          ],
        },
      ],
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
      SSEDescription: { Status: 'ENABLED', KMSMasterKeyArn: 'arn:aws:kms:eu-central-1:123456789012:key/1' },
      TableClassSummary: { TableClass: 'STANDARD_INFREQUENT_ACCESS' },
      DeletionProtectionEnabled: true,
    });
    expect(call('DescribeTimeToLive', { TableName: 'orders' })).toEqual({
      TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED', AttributeName: 'expires' },
    });
    expect(call('DescribeContinuousBackups', { TableName: 'orders' })).toMatchObject({
      ContinuousBackupsDescription: {
        PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'ENABLED', RecoveryPeriodInDays: 35 },
      },
    });
    const ResourceArn = 'arn:aws:dynamodb:eu-central-1:123456789012:table/orders';
    expect(call('ListTagsOfResource', { ResourceArn })).toEqual({
      Tags: [{ Key: 'project', Value: 'acme' }],
    });
    expect(clock.now()).toBe(startMs);
  });

  it('has the attributes of the provider, and the stream ARN is that of the stream', async () => {
    const one = resource('aws_dynamodb_table', table);
    expect(one.values).toMatchObject({
      id: 'orders',
      arn: 'arn:aws:dynamodb:eu-central-1:123456789012:table/orders',
      billing_mode: 'PAY_PER_REQUEST',
      read_capacity: 0,
    });
    const { call } = await realised(one);
    expect(call('DescribeTable', { TableName: 'orders' }).Table).toMatchObject({
      LatestStreamArn: one.values.stream_arn,
      LatestStreamLabel: one.values.stream_label,
    });
  });

  it('is provisioned by default', async () => {
    const plain: StackValues = {
      name: 'plain',
      hash_key: 'id',
      read_capacity: 5,
      write_capacity: 3,
      attribute: [{ name: 'id', type: 'S' }],
    };
    const one = resource('aws_dynamodb_table', plain);
    expect(one.values).toMatchObject({
      billing_mode: 'PROVISIONED',
      stream_arn: '',
      table_class: 'STANDARD',
    });
    const { call } = await realised(one);
    expect(call('DescribeTable', { TableName: 'plain' }).Table).toMatchObject({
      ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 3 },
    });
  });

  it('says which argument it does not support', async () => {
    const replicated = resource('aws_dynamodb_table', { ...table, replica: [{ region_name: 'eu-west-1' }] });
    await expect(realised(replicated)).rejects.toThrow(
      'aws_dynamodb_table.this: the argument "replica" is not supported',
    );
  });
});

it('aws_dynamodb_table_item is put into its table', async () => {
  const { call } = await realised(
    resource('aws_dynamodb_table', table),
    resource('aws_dynamodb_table_item', {
      table_name: 'orders',
      hash_key: 'id',
      range_key: 'at',
      item: '{"id":{"S":"1"},"at":{"N":"7"},"total":{"N":"9.90"}}',
    }),
  );
  expect(call('Scan', { TableName: 'orders' }).Items).toEqual([
    { id: { S: '1' }, at: { N: '7' }, total: { N: '9.9' } },
  ]);
});
