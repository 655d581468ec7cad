import { describe, expect, it } from 'vitest';
import { type Fixture, fixture, tableInput } from './dynamodb-fixture.ts';

const indexed = tableInput('S', {
  AttributeDefinitions: ['p', 's', 'g', 'd'].map((AttributeName) => ({
    AttributeName,
    AttributeType: AttributeName === 'd' ? 'N' : 'S',
  })),
  GlobalSecondaryIndexes: [
    {
      IndexName: 'byGroup',
      KeySchema: [
        { AttributeName: 'g', KeyType: 'HASH' },
        { AttributeName: 'd', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['name'] },
    },
  ],
  LocalSecondaryIndexes: [
    {
      IndexName: 'byDate',
      KeySchema: [
        { AttributeName: 'p', KeyType: 'HASH' },
        { AttributeName: 'd', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
  ],
});

function made(): Fixture {
  const it = fixture();
  it.call('CreateTable', indexed);
  return it;
}
const put = ({ call }: Fixture, item: object) =>
  call('PutItem', { TableName: 'items', Item: item, ReturnConsumedCapacity: 'INDEXES' });
const byGroup = ({ call }: Fixture, rest: object = {}) =>
  call('Query', {
    TableName: 'items',
    IndexName: 'byGroup',
    KeyConditionExpression: 'g = :g',
    ExpressionAttributeValues: { ':g': { S: 'x' } },
    ...rest,
  });
const row = (s: string, d: string, rest: object = {}) => ({
  p: { S: 'a' },
  s: { S: s },
  g: { S: 'x' },
  d: { N: d },
  ...rest,
});

describe('a global index', () => {
  it('orders by its range key, then keeps equal ones apart, and projects', () => {
    const db = made();
    put(db, row('1', '2', { name: { S: 'n' }, other: { S: 'o' } }));
    put(db, row('2', '1'));
    put(db, row('3', '1'));
    expect(byGroup(db)).toMatchObject({
      Count: 3,
      Items: [{ s: { S: '2' } }, { s: { S: '3' } }, { s: { S: '1' }, name: { S: 'n' } }],
    });
    expect(JSON.stringify(byGroup(db))).not.toContain('other');
  });

  it('pages by a key of table and index', () => {
    const db = made();
    for (const s of ['1', '2', '3']) put(db, row(s, '1'));
    const first = byGroup(db, { Limit: 2 });
    expect(first.LastEvaluatedKey).toEqual({ p: { S: 'a' }, s: { S: '2' }, g: { S: 'x' }, d: { N: '1' } });
    expect(byGroup(db, { ExclusiveStartKey: first.LastEvaluatedKey })).toMatchObject({
      Items: [{ s: { S: '3' } }],
    });
  });

  it('is sparse: an item without its keys is not in it', () => {
    const db = made();
    put(db, row('1', '1'));
    put(db, { p: { S: 'a' }, s: { S: '1' }, d: { N: '1' } });
    expect(byGroup(db)).toMatchObject({ Count: 0 });
  });

  it('costs what changes in it', () => {
    const db = made();
    const units = (item: object) => put(db, item).ConsumedCapacity;
    const global = (capacity: number) => ({
      GlobalSecondaryIndexes: { byGroup: { CapacityUnits: capacity } },
    });
    expect(units(row('1', '1'))).toMatchObject({ CapacityUnits: 3, ...global(1) });
    // Nothing projected changes: neither index is written.
    expect(units(row('1', '1', { other: { S: 'o' } }))).toEqual({
      TableName: 'items',
      CapacityUnits: 1,
      Table: { CapacityUnits: 1 },
    });
    expect(units(row('1', '1', { name: { S: 'n' } }))).toMatchObject({ CapacityUnits: 2, ...global(1) });
    // A changed key is a removal and an addition in both indexes.
    expect(units(row('1', '2'))).toMatchObject({ CapacityUnits: 5, ...global(2) });
  });

  it('refuses what it does not have', () => {
    const db = made();
    expect(byGroup(db, { ConsistentRead: true }).message).toBe(
      'Consistent reads are not supported on global secondary indexes',
    );
    expect(byGroup(db, { ProjectionExpression: 'extra' }).message).toContain(
      'Global secondary index byGroup does not project [extra]',
    );
    expect(byGroup(db, { Select: 'ALL_ATTRIBUTES' }).message).toContain(
      'Select type ALL_ATTRIBUTES is not supported for global secondary index byGroup',
    );
    expect(put(db, { ...row('1', '1'), g: { S: '' } }).message).toContain('IndexName: byGroup, IndexKey: g');
    expect(put(db, { ...row('1', '1'), g: { N: '1' } }).message).toContain(
      'Type mismatch for Index Key g Expected: S Actual: N IndexName: byGroup',
    );
  });

  it('is filled when it is added later', () => {
    const { call } = fixture();
    call('CreateTable', tableInput());
    call('PutItem', { TableName: 'items', Item: { p: { S: 'a' }, g: { S: 'x' } } });
    call('UpdateTable', {
      TableName: 'items',
      AttributeDefinitions: [
        { AttributeName: 'p', AttributeType: 'S' },
        { AttributeName: 'g', AttributeType: 'S' },
      ],
      GlobalSecondaryIndexUpdates: [
        {
          Create: {
            IndexName: 'late',
            KeySchema: [{ AttributeName: 'g', KeyType: 'HASH' }],
            Projection: { ProjectionType: 'ALL' },
          },
        },
      ],
    });
    expect(call('Scan', { TableName: 'items', IndexName: 'late' })).toMatchObject({ Count: 1 });
  });
});

describe('a local index', () => {
  it('fetches from the table what it does not project, and pays for it', () => {
    const db = made();
    put(db, row('1', '1', { other: { S: 'o' } }));
    const answer = db.call('Query', {
      TableName: 'items',
      IndexName: 'byDate',
      KeyConditionExpression: 'p = :p AND d >= :d',
      ExpressionAttributeValues: { ':p': { S: 'a' }, ':d': { N: '1' } },
      Select: 'ALL_ATTRIBUTES',
      ConsistentRead: true,
      ReturnConsumedCapacity: 'INDEXES',
    });
    expect(answer).toMatchObject({
      Items: [{ other: { S: 'o' } }],
      ConsumedCapacity: {
        CapacityUnits: 2,
        Table: { CapacityUnits: 1 },
        LocalSecondaryIndexes: { byDate: { CapacityUnits: 1 } },
      },
    });
  });
});
