// The event that Lambda makes of messages, and what it makes of the function's answer.
// https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
import type { Lease } from '../../engine/queued-message.ts';
import { md5OfAttributes, type SqsContent } from '../sqs/message.ts';
import type { SqsQueue } from '../sqs/queue.ts';
import { receiptHandle } from '../sqs/receipt-handle.ts';
import { systemAttributesOf } from '../sqs/receive.ts';

export interface SqsRecord {
  messageId: string;
  receiptHandle: string;
  body: string;
  attributes: Record<string, string>;
  messageAttributes: Record<string, object>;
  md5OfMessageAttributes?: string;
  md5OfBody: string;
  eventSource: 'aws:sqs';
  eventSourceARN: string;
  awsRegion: string;
}

export function sqsRecord(lease: Lease<SqsContent>, queue: SqsQueue): SqsRecord {
  const { id, content } = lease.message;
  const md5 = md5OfAttributes(content.attributes);
  return {
    messageId: id,
    receiptHandle: receiptHandle(lease.receipt),
    body: content.body,
    attributes: systemAttributesOf(lease, ['All']),
    messageAttributes: Object.fromEntries(
      Object.entries(content.attributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
        name,
        {
          ...(StringValue !== undefined && { stringValue: StringValue }),
          ...(BinaryValue !== undefined && { binaryValue: BinaryValue }),
          stringListValues: [],
          binaryListValues: [],
          dataType: DataType,
        },
      ]),
    ),
    ...(md5 !== undefined && { md5OfMessageAttributes: md5 }),
    md5OfBody: content.md5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN: queue.arn,
    awsRegion: queue.arn.split(':')[3] ?? '',
  };
}

export type BatchResult =
  /** Everything but the messages with these ids was processed. */
  | { kind: 'processed'; failedIds: ReadonlySet<string> }
  /** The answer is not one that Lambda understands: the whole batch counts as failed. */
  | { kind: 'malformed'; reason: string };

const allProcessed: BatchResult = { kind: 'processed', failedIds: new Set() };

/**
 * Reads a partial batch response. Nothing, an empty object, and no or an empty list all say that everything went well.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#sqs-batchfailurereporting-conditions
 */
export function readBatchResponse(payload: string, messageIds: ReadonlySet<string>): BatchResult {
  if (payload.trim() === '') return allProcessed;
  let answer: unknown;
  try {
    answer = JSON.parse(payload);
  } catch {
    return { kind: 'malformed', reason: 'its answer is not JSON' };
  }
  if (answer === null) return allProcessed;
  if (typeof answer !== 'object' || Array.isArray(answer))
    return { kind: 'malformed', reason: 'its answer is not an object' };
  const failures: unknown = 'batchItemFailures' in answer ? answer.batchItemFailures : undefined;
  if (failures === undefined || failures === null) return allProcessed;
  if (!Array.isArray(failures)) return { kind: 'malformed', reason: 'batchItemFailures is not a list' };
  const failedIds = new Set<string>();
  for (const failure of failures) {
    const id: unknown =
      typeof failure === 'object' && failure !== null ? Reflect.get(failure, 'itemIdentifier') : undefined;
    if (typeof id !== 'string' || id === '')
      return { kind: 'malformed', reason: 'batchItemFailures has an entry without itemIdentifier' };
    if (!messageIds.has(id))
      return { kind: 'malformed', reason: `the itemIdentifier ${id} is not of this batch` };
    failedIds.add(id);
  }
  return { kind: 'processed', failedIds };
}
