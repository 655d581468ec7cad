import { describe, expect, it } from 'vitest';
import { fixture, tableInput } from './dynamodb-fixture.ts';

const TableName = 'items';
const put = (p: string, rest: object = {}) => ({ Put: { TableName, Item: { p: { S: p } }, ...rest } });
const increment = {
  Update: {
    TableName,
    Key: { p: { S: 'n' } },
    UpdateExpression: 'ADD n :one',
    ExpressionAttributeValues: { ':one': { N: '1' } },
  },
};

function made() {
  const it = fixture();
  it.call('CreateTable', tableInput());
  return it;
}

describe('TransactWriteItems', () => {
  it('does all or nothing, and gives each reason in order', () => {
    const { call } = made();
    call('PutItem', { TableName, Item: { p: { S: 'a' }, v: { S: 'old' } } });
    const answer = call('TransactWriteItems', {
      TransactItems: [
        put('b'),
        put('a', {
          ConditionExpression: 'attribute_not_exists(p)',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      ],
    });
    expect(answer).toEqual({
      code: 'TransactionCanceledException',
      message:
        'Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed]',
      CancellationReasons: [
        { Code: 'None' },
        {
          Code: 'ConditionalCheckFailed',
          Message: 'The conditional request failed',
          Item: { p: { S: 'a' }, v: { S: 'old' } },
        },
      ],
    });
    expect(call('Scan', { TableName })).toMatchObject({ Count: 1 });
  });

  it('repeats nothing for ten minutes under one token', () => {
    const { call, clock } = made();
    const request = { TransactItems: [increment], ClientRequestToken: 'token' };
    const counted = () => call('GetItem', { TableName, Key: { p: { S: 'n' } } }).Item;
    call('TransactWriteItems', request);
    clock.advance(9 * 60_000);
    expect(call('TransactWriteItems', request)).toEqual({});
    expect(counted()).toMatchObject({ n: { N: '1' } });
    expect(call('TransactWriteItems', { ...request, TransactItems: [put('x')] }).code).toBe(
      'IdempotentParameterMismatchException',
    );
    clock.advance(60_000);
    call('TransactWriteItems', request);
    expect(counted()).toMatchObject({ n: { N: '2' } });
  });

  it('refuses two actions on one item, too many items, and an item without action', () => {
    const { call } = made();
    const message = (TransactItems: object[]) => call('TransactWriteItems', { TransactItems }).message;
    expect(message([put('a'), put('a')])).toBe(
      'Transaction request cannot include multiple operations on one item',
    );
    expect(message(Array.from({ length: 101 }, (_, index) => put(String(index))))).toContain(
      'Member must have length less than or equal to 100',
    );
    expect(message([{}])).toBe('TransactItems can only contain one of Check, Put, Update or Delete');
  });

  it('refuses more than 4 MB', () => {
    const { call } = made();
    const v = { S: 'x'.repeat(399 * 1024) };
    const TransactItems = Array.from({ length: 11 }, (_, index) => ({
      Put: { TableName, Item: { p: { S: String(index) }, v } },
    }));
    expect(call('TransactWriteItems', { TransactItems }).code).toBe('ValidationException');
    expect(call('TransactWriteItems', { TransactItems: TransactItems.slice(1) })).toEqual({});
  });

  it('reports an impossible update as a reason', () => {
    const { call } = made();
    call('PutItem', { TableName, Item: { p: { S: 'n' }, n: { S: 'text' } } });
    expect(call('TransactWriteItems', { TransactItems: [increment] }).CancellationReasons).toEqual([
      { Code: 'ValidationError', Message: 'An operand in the update expression has an incorrect data type' },
    ]);
  });

  it('costs twice the units', () => {
    const { call } = made();
    expect(
      call('TransactWriteItems', { TransactItems: [put('a'), put('b')], ReturnConsumedCapacity: 'TOTAL' }),
    ).toEqual({
      ConsumedCapacity: [{ TableName, CapacityUnits: 4, WriteCapacityUnits: 4 }],
    });
  });
});
