import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { conditional } from '../../../middleware/aws/dynamodb-condition.ts';
import type { JoinRecord, JoinStore } from '../join.ts';

/** Records in a DynamoDB table with the partition key `id` and TTL on `expiresAt` (epoch seconds). */
export function dynamoJoinStore(client: DynamoDBDocumentClient, tableName: string): JoinStore {
  const itemOf = (record: JoinRecord) => ({ ...record, expiresAt: Math.ceil(record.expiresAtMs / 1000) });
  return {
    async get(id) {
      const { Item } = await client.send(
        new GetCommand({ TableName: tableName, Key: { id }, ConsistentRead: true }),
      );
      return Item as JoinRecord | undefined;
    },
    insert: (record) =>
      conditional(
        client.send(
          new PutCommand({
            TableName: tableName,
            Item: itemOf(record),
            ConditionExpression: 'attribute_not_exists(id)',
          }),
        ),
      ),
    replace: (record, expectedVersion) =>
      conditional(
        client.send(
          new PutCommand({
            TableName: tableName,
            Item: itemOf(record),
            ConditionExpression: '#version = :version',
            ExpressionAttributeNames: { '#version': 'version' },
            ExpressionAttributeValues: { ':version': expectedVersion },
          }),
        ),
      ),
  };
}
