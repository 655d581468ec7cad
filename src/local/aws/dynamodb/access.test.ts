import { describe, expect, it } from 'vitest';
import type { AccessRequest } from '../service.ts';
import { fixture, tableInput } from './dynamodb-fixture.ts';

const arn = (name: string) => `arn:aws:dynamodb:eu-central-1:123456789012:table/${name}`;
const { dynamoDb, call } = fixture();
call('CreateTable', tableInput('S'));
const access = (operation: string, input: object): AccessRequest[] =>
  dynamoDb.operations[operation]?.access(input) ?? [];
const pairs = (requests: AccessRequest[]) => requests.map(({ action, resource }) => [action, resource]);
const TableName = 'items';
const Key = { p: { S: 'tenant' }, s: { S: '1' } };

describe('what an operation needs', () => {
  it('is its action on the table, by name or ARN', () => {
    for (const name of [TableName, arn('items')]) {
      expect(pairs(access('PutItem', { TableName: name, Item: Key }))).toEqual([
        ['dynamodb:PutItem', arn('items')],
      ]);
    }
  });

  it('is the index for a query of an index', () => {
    expect(pairs(access('Query', { TableName, IndexName: 'byDate' }))).toEqual([
      ['dynamodb:Query', `${arn('items')}/index/byDate`],
    ]);
  });

  it('is the batch action on each table', () => {
    const RequestItems = { items: [{ PutRequest: { Item: Key } }], others: [{ DeleteRequest: { Key } }] };
    expect(pairs(access('BatchWriteItem', { RequestItems }))).toEqual([
      ['dynamodb:BatchWriteItem', arn('items')],
      ['dynamodb:BatchWriteItem', arn('others')],
    ]);
  });

  it('is the action of each part of a transaction', () => {
    const TransactItems = [
      { Put: { TableName, Item: Key } },
      { ConditionCheck: { TableName: 'others', Key } },
      { Update: { TableName, Key } },
    ];
    const requests = access('TransactWriteItems', { TransactItems });
    expect(pairs(requests)).toEqual([
      ['dynamodb:PutItem', arn('items')],
      ['dynamodb:ConditionCheckItem', arn('others')],
      ['dynamodb:UpdateItem', arn('items')],
    ]);
    expect(requests[0]?.context).toMatchObject({
      'dynamodb:enclosingoperation': ['TransactWriteItems'],
      'dynamodb:leadingkeys': ['tenant'],
    });
  });

  it('belongs to no resource for account-wide operations', () => {
    expect(pairs(access('ListTables', {}))).toEqual([['dynamodb:ListTables', '*']]);
  });
});

describe('condition keys', () => {
  it('tell the leading key and the attributes of a query', () => {
    const [request] = access('Query', {
      TableName,
      KeyConditionExpression: '#p = :p AND begins_with(s, :s)',
      FilterExpression: 'price > :n AND contains(meta.tags, :s)',
      ProjectionExpression: 'p, #n',
      ExpressionAttributeNames: { '#p': 'p', '#n': 'name' },
      ExpressionAttributeValues: { ':p': { S: 'tenant' }, ':s': { S: 'x' }, ':n': { N: '1' } },
      Select: 'SPECIFIC_ATTRIBUTES',
    });
    expect(request?.context).toEqual({
      'dynamodb:leadingkeys': ['tenant'],
      'dynamodb:attributes': ['p', 'name', 'price', 'meta', 's'],
      'dynamodb:select': ['SPECIFIC_ATTRIBUTES'],
    });
  });

  it('tell all leading keys of a batch', () => {
    const [request] = access('BatchGetItem', {
      RequestItems: { items: { Keys: [Key, { ...Key, p: { S: 'other' } }] } },
    });
    expect(request?.context).toMatchObject({ 'dynamodb:leadingkeys': ['tenant', 'other'] });
  });

  it('tell what an update returns', () => {
    const [request] = access('UpdateItem', { TableName, Key, ReturnValues: 'ALL_NEW' });
    expect(request?.context).toMatchObject({ 'dynamodb:returnvalues': ['ALL_NEW'] });
  });
});
