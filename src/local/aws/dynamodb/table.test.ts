import { describe, expect, it } from 'vitest';
import { fixture, startMs, tableInput } from './dynamodb-fixture.ts';

const TableName = 'items';
const Key = { p: { S: 'a' } };
const arn = 'arn:aws:dynamodb:eu-central-1:123456789012:table/items';

describe('capacity', () => {
  it('is metered by size, consistency and failed conditions', () => {
    const { call, meter } = fixture();
    call('CreateTable', tableInput());
    call('PutItem', { TableName, Item: { ...Key, v: { S: 'x'.repeat(5000) } } });
    expect(meter.total('dynamodb', 'write-request-units')).toBe(5);
    call('GetItem', { TableName, Key });
    expect(meter.total('dynamodb', 'read-request-units')).toBe(1);
    call('GetItem', { TableName, Key, ConsistentRead: true });
    expect(meter.total('dynamodb', 'read-request-units')).toBe(3);
    call('DeleteItem', { TableName, Key, ConditionExpression: 'attribute_not_exists(p)' });
    expect(meter.total('dynamodb', 'write-request-units')).toBe(10);
    call('TransactGetItems', { TransactItems: [{ Get: { TableName, Key } }] });
    expect(meter.total('dynamodb', 'read-request-units')).toBe(7);
    call('TransactWriteItems', { TransactItems: [{ Put: { TableName, Item: { p: { S: 'b' } } } }] });
    expect(meter.readings()).toEqual([
      { service: 'dynamodb', unit: 'read-request-units', resource: arn, quantity: 7 },
      { service: 'dynamodb', unit: 'write-request-units', resource: arn, quantity: 12 },
    ]);
  });

  it('that is provisioned throttles after 300 saved seconds', () => {
    const { call, clock, meter } = fixture();
    call('CreateTable', {
      ...tableInput(),
      BillingMode: 'PROVISIONED',
      ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 2 },
    });
    const write = () => call('PutItem', { TableName, Item: Key });
    for (let count = 0; count < 600; count++) expect(write()).toEqual({});
    expect(write()).toMatchObject({
      code: 'ProvisionedThroughputExceededException',
      ThrottlingReasons: [{ reason: 'TableWriteProvisionedThroughputExceeded', resource: arn }],
    });
    clock.advance(1000);
    expect([write(), write(), write()].map(({ code }) => code)).toEqual([
      undefined,
      undefined,
      'ProvisionedThroughputExceededException',
    ]);
    expect(meter.total('dynamodb', 'write-capacity-units')).toBe(602);
    expect(meter.total('dynamodb', 'write-request-units')).toBe(0);
  });

  it('of a global index throttles writes to the table', () => {
    const { call } = fixture();
    const ProvisionedThroughput = { ReadCapacityUnits: 1, WriteCapacityUnits: 1 };
    call('CreateTable', {
      ...tableInput(),
      AttributeDefinitions: ['p', 'g'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      BillingMode: 'PROVISIONED',
      ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 100 },
      GlobalSecondaryIndexes: [
        {
          IndexName: 'byGroup',
          KeySchema: [{ AttributeName: 'g', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
          ProvisionedThroughput,
        },
      ],
    });
    const write = (index: number) =>
      call('PutItem', { TableName, Item: { p: { S: String(index) }, g: { S: 'x' } } });
    for (let index = 0; index < 300; index++) write(index);
    expect(write(300).message).toContain('one or more global secondary indexes of the table was exceeded');
  });

  it('on demand has a maximum when one is set', () => {
    const { call, clock } = fixture();
    call('CreateTable', { ...tableInput(), OnDemandThroughput: { MaxReadRequestUnits: 1 } });
    const read = () => call('GetItem', { TableName, Key }).code;
    expect([read(), read(), read()]).toEqual([undefined, undefined, 'ThrottlingException']);
    clock.advance(1000);
    expect(read()).toBeUndefined();
  });

  it('that runs out leaves parts of a batch unprocessed', () => {
    const { call } = fixture();
    call('CreateTable', {
      ...tableInput(),
      BillingMode: 'PROVISIONED',
      ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
    });
    for (let count = 0; count < 299; count++) call('PutItem', { TableName, Item: Key });
    const batch = {
      RequestItems: { items: ['b', 'c'].map((p) => ({ PutRequest: { Item: { p: { S: p } } } })) },
    };
    expect(call('BatchWriteItem', batch).UnprocessedItems).toEqual({
      items: [{ PutRequest: { Item: { p: { S: 'c' } } } }],
    });
    expect(call('BatchWriteItem', batch).code).toBe('ProvisionedThroughputExceededException');
  });
});

describe('time to live', () => {
  const TimeToLiveSpecification = { AttributeName: 'ttl', Enabled: true };
  const inSeconds = (seconds: number) => ({ N: String(startMs / 1000 + seconds) });

  it('deletes by the clock, after a lag in which the item can be read', () => {
    const { call, clock, dynamoDb, meter } = fixture({ timeToLiveLagMs: 60_000 });
    call('CreateTable', {
      ...tableInput(),
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'OLD_IMAGE' },
    });
    call('UpdateTimeToLive', { TableName, TimeToLiveSpecification });
    call('PutItem', { TableName, Item: { ...Key, ttl: inSeconds(3600) } });
    call('PutItem', { TableName, Item: { p: { S: 'later' }, ttl: inSeconds(40 * 86_400) } });
    call('PutItem', { TableName, Item: { p: { S: 'text' }, ttl: { S: '1' } } });
    call('PutItem', { TableName, Item: { p: { S: 'ancient' }, ttl: inSeconds(-6 * 365 * 86_400) } });
    const written = meter.total('dynamodb', 'write-request-units');
    clock.advance(3_600_000 + 59_000);
    expect(call('GetItem', { TableName, Key }).Item).toBeDefined();
    clock.advance(1000);
    expect(call('GetItem', { TableName, Key }).Item).toBeUndefined();
    expect(dynamoDb.records(TableName).at(-1)).toMatchObject({
      eventName: 'REMOVE',
      userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' },
      dynamodb: { Keys: Key, OldImage: { ttl: inSeconds(3600) } },
    });
    expect(meter.total('dynamodb', 'write-request-units')).toBe(written);
    expect(call('Scan', { TableName })).toMatchObject({ Count: 3 });
    clock.advance(41 * 86_400_000);
    expect(call('Scan', { TableName })).toMatchObject({ Count: 2 });
  });

  it('lets an item live whose time was put off', () => {
    const { call, clock } = fixture();
    call('CreateTable', tableInput());
    call('UpdateTimeToLive', { TableName, TimeToLiveSpecification });
    call('PutItem', { TableName, Item: { ...Key, ttl: inSeconds(10) } });
    call('PutItem', { TableName, Item: { ...Key, ttl: inSeconds(1000) } });
    clock.advance(500_000);
    expect(call('Scan', { TableName })).toMatchObject({ Count: 1 });
    clock.advance(1_000_000);
    expect(call('Scan', { TableName })).toMatchObject({ Count: 0 });
  });

  it('applies to items that were there before', () => {
    const { call, clock } = fixture();
    call('CreateTable', tableInput());
    call('PutItem', { TableName, Item: { ...Key, ttl: inSeconds(10) } });
    call('UpdateTimeToLive', { TableName, TimeToLiveSpecification });
    clock.advance(100_000);
    expect(call('Scan', { TableName })).toMatchObject({ Count: 0 });
    expect(call('UpdateTimeToLive', { TableName, TimeToLiveSpecification }).message).toBe(
      'TimeToLive is already enabled',
    );
  });
});

describe('the stream', () => {
  it('records each change with the images of its view type, in order', () => {
    const { call, dynamoDb } = fixture();
    call('CreateTable', {
      ...tableInput(),
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    });
    const heard: string[] = [];
    dynamoDb.onChange(TableName, ({ eventName }) => heard.push(eventName));
    call('PutItem', { TableName, Item: { ...Key, v: { N: '1' } } });
    call('PutItem', { TableName, Item: { ...Key, v: { N: '1.0' } } });
    call('PutItem', { TableName, Item: { ...Key, v: { N: '2' } } });
    call('DeleteItem', { TableName, Key });
    call('DeleteItem', { TableName, Key });
    expect(heard).toEqual(['INSERT', 'MODIFY', 'REMOVE']);
    const records = dynamoDb.records(TableName);
    expect(records[1]?.dynamodb).toMatchObject({
      Keys: Key,
      OldImage: { v: { N: '1' } },
      NewImage: { v: { N: '2' } },
    });
    expect(records[2]?.dynamodb).not.toHaveProperty('NewImage');
    const numbers = records.map(({ dynamodb }) => dynamodb.SequenceNumber);
    expect([...numbers].sort()).toEqual(numbers);
    expect(dynamoDb.records(TableName, numbers[1])).toEqual([records[2]]);
  });

  it('keeps records for 24 hours', () => {
    const { call, clock, dynamoDb } = fixture();
    call('CreateTable', {
      ...tableInput(),
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' },
    });
    call('PutItem', { TableName, Item: Key });
    clock.advance(23 * 3_600_000);
    call('PutItem', { TableName, Item: { p: { S: 'b' } } });
    expect(dynamoDb.records(TableName)).toHaveLength(2);
    clock.advance(2 * 3_600_000);
    expect(dynamoDb.records(TableName)).toHaveLength(1);
  });

  it('is absent when the table has none', () => {
    const { call, dynamoDb } = fixture();
    call('CreateTable', tableInput());
    call('PutItem', { TableName, Item: Key });
    expect(dynamoDb.records(TableName)).toEqual([]);
  });
});

it('tells what is stored: items, index entries and 100 bytes for each', () => {
  const { call, dynamoDb } = fixture();
  call('CreateTable', tableInput());
  call('PutItem', { TableName, Item: Key });
  call('PutItem', { TableName, Item: { p: { S: 'bb' } } });
  call('DeleteItem', { TableName, Key });
  expect(dynamoDb.storage(TableName)).toEqual({ itemCount: 1, billedBytes: 3 + 100 });
});

it('protects a table from deletion when it is told to', () => {
  const { call } = fixture();
  call('CreateTable', { ...tableInput(), DeletionProtectionEnabled: true });
  expect(call('DeleteTable', { TableName }).message).toContain('protected against deletion');
  call('UpdateTable', { TableName, DeletionProtectionEnabled: false });
  expect(call('DeleteTable', { TableName }).code).toBeUndefined();
  expect(call('DescribeTable', { TableName }).code).toBe('ResourceNotFoundException');
});
