import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { Logger } from '../logging/logger.ts';
import { handleMessage, type MessageHandling } from '../messaging/handle-message.ts';
import { sqsMessage } from './sqs-message.ts';

export interface SqsBatchOptions extends MessageHandling<SQSRecord> {
  /** Messages of a standard queue that are processed at a time. Default: 10. */
  concurrency?: number;
  /**
   * No message is begun when less than this is left of the invocation's time; it is returned instead, so that a timeout
   * does not make the whole batch come again. Default: 1,000.
   */
  reserveMs?: number;
}

/**
 * Wraps a handler of SQS batches for an event source mapping with `ReportBatchItemFailures`: what was processed or
 * dead-lettered is deleted, only the rest comes again. A FIFO queue's messages are processed one after the other, and
 * the first failure returns everything from there on, so that no message overtakes another
 * (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting).
 */
export function sqsBatch(log: Logger, options: SqsBatchOptions) {
  const { concurrency = 10, reserveMs = 1000 } = options;
  return async ({ Records: records }: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
    const isFifo = records[0]?.eventSourceARN.endsWith('.fifo') ?? false;
    const waiting = records.values();
    const failed = new Set<string>();
    let isBlocked = false;
    const work = async () => {
      for (const record of waiting) {
        const isLate = context.getRemainingTimeInMillis() < reserveMs;
        if (isBlocked || isLate) {
          if (isLate && !isBlocked) log.warn('no time left for a message', { messageId: record.messageId });
          failed.add(record.messageId);
          isBlocked ||= isFifo;
          continue;
        }
        const outcome = await handleMessage(log, options, sqsMessage(record));
        if (outcome.kind !== 'failed') continue;
        failed.add(record.messageId);
        isBlocked = isFifo;
      }
    };
    await log.with({ requestId: context.awsRequestId }, () =>
      Promise.all(Array.from({ length: isFifo ? 1 : Math.min(concurrency, records.length) }, work)),
    );
    return { batchItemFailures: [...failed].map((itemIdentifier) => ({ itemIdentifier })) };
  };
}
