import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, type DynamoDBDocumentClient, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { conditional } from '../aws/dynamodb-condition.ts';
import type { IdempotencyRecord, IdempotencyStore } from './idempotency.ts';

/**
 * Records in a DynamoDB table with the partition key `id` (string) and TTL on `expiresAt` (epoch seconds).
 * Needs `dynamodb:PutItem`, `dynamodb:UpdateItem` and `dynamodb:DeleteItem`.
 */
export function dynamoIdempotencyStore(client: DynamoDBDocumentClient, tableName: string): IdempotencyStore {
  return {
    async begin(record, nowMs) {
      try {
        await client.send(
          new PutCommand({
            TableName: tableName,
            Item: { ...record, expiresAt: Math.ceil(record.expiresAtMs / 1000) },
            ConditionExpression:
              'attribute_not_exists(id) OR expiresAtMs <= :now OR (#status = :inProgress AND leaseExpiresAtMs <= :now)',
            ExpressionAttributeNames: { '#status': 'status' },
            ExpressionAttributeValues: { ':now': nowMs, ':inProgress': 'in-progress' },
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        );
        return undefined;
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException) || !error.Item) throw error;
        return unmarshall(error.Item) as IdempotencyRecord;
      }
    },
    complete: (record) =>
      conditional(
        client.send(
          new UpdateCommand({
            TableName: tableName,
            Key: { id: record.id },
            UpdateExpression: 'SET #status = :completed, #result = :result',
            ConditionExpression: '#owner = :owner',
            ExpressionAttributeNames: { '#status': 'status', '#result': 'result', '#owner': 'owner' },
            ExpressionAttributeValues: {
              ':completed': 'completed',
              ':result': record.result,
              ':owner': record.owner,
            },
          }),
        ),
      ),
    async release(record) {
      await conditional(
        client.send(
          new DeleteCommand({
            TableName: tableName,
            Key: { id: record.id },
            ConditionExpression: '#owner = :owner',
            ExpressionAttributeNames: { '#owner': 'owner' },
            ExpressionAttributeValues: { ':owner': record.owner },
          }),
        ),
      );
    },
  };
}
