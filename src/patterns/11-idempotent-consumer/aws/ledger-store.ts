import { type CancellationReason, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Applied, LedgerStore, Mark } from '../core.ts';

/**
 * Balances and marks in two DynamoDB tables with the partition key `id`, changed in one transaction. The balances are
 * added to, not replaced, so that transfers need not read first.
 */
export function dynamoLedgerStore(
  client: DynamoDBDocumentClient,
  tables: { accounts: string; inbox: string },
): LedgerStore {
  return {
    async apply({ ledger, from, to, amountCents }, mark, mayOverdraw) {
      const change = (account: string, cents: number, isGuarded: boolean) => ({
        Update: {
          TableName: tables.accounts,
          Key: { id: `${ledger}:${account}` },
          UpdateExpression:
            'SET ledger = :ledger, account = :account, changedAt = :now ADD balanceCents :cents',
          ...(isGuarded && { ConditionExpression: 'balanceCents >= :amount' }),
          ExpressionAttributeValues: {
            ':ledger': ledger,
            ':account': account,
            ':now': mark.appliedAt,
            ':cents': cents,
            ...(isGuarded && { ':amount': amountCents }),
          },
        },
      });
      try {
        await client.send(
          new TransactWriteCommand({
            TransactItems: [
              {
                Put: {
                  TableName: tables.inbox,
                  Item: {
                    id: `${mark.ledger}:${mark.transferId}`,
                    ...mark,
                    expiresAt: Math.ceil(mark.expiresAtMs / 1000),
                  },
                  ConditionExpression: 'attribute_not_exists(id)',
                  ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
                },
              },
              change(from, -amountCents, !mayOverdraw),
              change(to, amountCents, false),
            ],
          }),
        );
        return { kind: 'applied' };
      } catch (error) {
        const refusal =
          error instanceof TransactionCanceledException
            ? refusalOf(error.CancellationReasons ?? [])
            : undefined;
        if (refusal) return refusal;
        throw error;
      }
    },
  };
}

/** Why the transaction was cancelled: one reason for each of its writes, `None` for those that could have been done. */
function refusalOf([inbox, from, to]: CancellationReason[]): Applied | undefined {
  if (inbox?.Code === 'ConditionalCheckFailed' && inbox.Item)
    return { kind: 'duplicate', payloadHash: (unmarshall(inbox.Item) as Mark).payloadHash };
  if ([inbox, from, to].some((reason) => reason?.Code === 'TransactionConflict')) return { kind: 'conflict' };
  if (from?.Code === 'ConditionalCheckFailed') return { kind: 'insufficient-funds' };
  return undefined;
}
