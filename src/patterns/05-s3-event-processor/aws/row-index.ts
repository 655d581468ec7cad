import {
  BatchWriteCommand,
  type BatchWriteCommandInput,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
} from '@aws-sdk/lib-dynamodb';
import { conditional } from '../../../middleware/aws/dynamodb-condition.ts';
import { type RowIndex, rowId, type UploadRecord } from '../core.ts';

/** Most that DynamoDB takes in one BatchWriteItem. */
const batchSize = 25;

/** Rows that are removed at a time. */
const removedAtOnce = 400;

type Write = NonNullable<BatchWriteCommandInput['RequestItems']>[string][number];

export class Unprocessed extends Error {
  override name = 'Unprocessed';
}

/** Rows, uploads and objects in one DynamoDB table with the partition key `id`. */
export function dynamoRowIndex(
  client: DynamoDBDocumentClient,
  table: string,
  retry: <Result>(work: () => Promise<Result>) => Promise<Result>,
): RowIndex {
  async function writeBatch(writes: Write[]): Promise<void> {
    let rest = writes;
    // DynamoDB returns what it had no capacity for.
    await retry(async () => {
      const { UnprocessedItems } = await client.send(
        new BatchWriteCommand({ RequestItems: { [table]: rest } }),
      );
      rest = UnprocessedItems?.[table] ?? [];
      if (rest.length > 0) throw new Unprocessed(`${table} has not taken ${rest.length} rows.`);
    });
  }

  const writeAll = async (writes: Write[]) => {
    const batches = Array.from({ length: Math.ceil(writes.length / batchSize) }, (_, index) =>
      writes.slice(index * batchSize, (index + 1) * batchSize),
    );
    await Promise.all(batches.map(writeBatch));
  };

  return {
    async find(uploadId) {
      const { Item } = await client.send(
        new GetCommand({ TableName: table, Key: { id: uploadId }, ConsistentRead: true }),
      );
      return Item as UploadRecord | undefined;
    },

    async write(rows) {
      await writeAll(rows.map((row) => ({ PutRequest: { Item: row } })));
    },

    async remove(uploadId, count) {
      for (let done = 0; done < count; done += removedAtOnce)
        await writeAll(
          Array.from({ length: Math.min(removedAtOnce, count - done) }, (_, index) => ({
            DeleteRequest: { Key: { id: rowId(uploadId, done + index + 1) } },
          })),
        );
    },

    async record(record) {
      await conditional(
        client.send(
          new PutCommand({
            TableName: table,
            Item: record,
            ConditionExpression: 'attribute_not_exists(id) OR #state <> :indexed',
            ExpressionAttributeNames: { '#state': 'state' },
            ExpressionAttributeValues: { ':indexed': 'indexed' },
          }),
        ),
      );
    },

    async makeCurrent(current) {
      await conditional(
        client.send(
          new PutCommand({
            TableName: table,
            Item: current,
            ConditionExpression: 'attribute_not_exists(id) OR #order < :order',
            ExpressionAttributeNames: { '#order': 'order' },
            ExpressionAttributeValues: { ':order': current.order },
          }),
        ),
      );
    },
  };
}
