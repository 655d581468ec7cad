import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { AuditTrail } from '../core.ts';

/** Audit records in a DynamoDB table with the partition key `id`. */
export function dynamoAuditTrail(client: DynamoDBDocumentClient, table: string): AuditTrail {
  return {
    async write(record) {
      await client.send(new PutCommand({ TableName: table, Item: record }));
    },
  };
}
