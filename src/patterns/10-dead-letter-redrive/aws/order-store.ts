import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Order, OrderStore } from '../orders.ts';
import type { AuditLine } from '../redrive.ts';

/** Orders in a DynamoDB table with the partition key `id`. */
export function dynamoOrderStore(client: DynamoDBDocumentClient, tableName: string): OrderStore {
  return {
    async insert(order) {
      try {
        await client.send(
          new PutCommand({
            TableName: tableName,
            Item: order,
            ConditionExpression: 'attribute_not_exists(id)',
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        );
        return undefined;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException && error.Item)
          return unmarshall(error.Item) as Order;
        throw error;
      }
    },
  };
}

/** Audit lines in a DynamoDB table with the partition key `id`. */
export function dynamoAudit(client: DynamoDBDocumentClient, tableName: string) {
  return {
    async write(line: AuditLine): Promise<void> {
      await client.send(new PutCommand({ TableName: tableName, Item: line }));
    },
  };
}
