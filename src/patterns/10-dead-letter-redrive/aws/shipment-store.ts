import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Shipment, ShipmentStore } from '../shipment.ts';

/** Warehouses and shipments in one DynamoDB table with the partition key `id`. */
export function dynamoShipmentStore(client: DynamoDBDocumentClient, table: string): ShipmentStore {
  return {
    async isOpen(warehouse) {
      const { Item } = await client.send(
        new GetCommand({ TableName: table, Key: { id: `warehouse:${warehouse}` }, ConsistentRead: true }),
      );
      return Item !== undefined;
    },
    async open(warehouse, openedAt) {
      await client.send(
        new PutCommand({ TableName: table, Item: { id: `warehouse:${warehouse}`, warehouse, openedAt } }),
      );
    },
    async insert(record) {
      try {
        await client.send(
          new PutCommand({
            TableName: table,
            Item: { id: `order:${record.orderId}`, ...record },
            ConditionExpression: 'attribute_not_exists(id)',
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        );
        return undefined;
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException) || !error.Item) throw error;
        return unmarshall(error.Item) as Shipment;
      }
    },
  };
}
