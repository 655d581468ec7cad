import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  ScanCommand,
} from '@aws-sdk/lib-dynamodb';
import { conditional } from '../../../middleware/aws/dynamodb-condition.ts';
import type { Item, ItemStore } from '../core.ts';

/** Items in a DynamoDB table with the partition key `id`. */
export function dynamoItemStore(client: DynamoDBDocumentClient, tableName: string): ItemStore {
  return {
    insert: (item) =>
      conditional(
        client.send(
          new PutCommand({
            TableName: tableName,
            Item: item,
            ConditionExpression: 'attribute_not_exists(id)',
          }),
        ),
      ),
    async get(id) {
      const { Item } = await client.send(
        new GetCommand({ TableName: tableName, Key: { id }, ConsistentRead: true }),
      );
      return Item as Item | undefined;
    },
    async list({ limit, afterId }) {
      const page = await client.send(
        new ScanCommand({
          TableName: tableName,
          Limit: limit,
          ConsistentRead: true,
          ...(afterId !== undefined && { ExclusiveStartKey: { id: afterId } }),
        }),
      );
      return { items: (page.Items ?? []) as Item[], more: page.LastEvaluatedKey !== undefined };
    },
    replace: (item, expectedVersion) =>
      conditional(
        client.send(new PutCommand({ TableName: tableName, Item: item, ...ifVersion(expectedVersion) })),
      ),
    remove: (id, expectedVersion) =>
      conditional(
        client.send(new DeleteCommand({ TableName: tableName, Key: { id }, ...ifVersion(expectedVersion) })),
      ),
  };
}

function ifVersion(version: number) {
  return {
    ConditionExpression: '#version = :version',
    ExpressionAttributeNames: { '#version': 'version' },
    ExpressionAttributeValues: { ':version': version },
  };
}
