// What becomes of a received message: it is deleted, or its visibility timeout changed.
import { checkEntries, eachEntry } from './batch.ts';
import { invalidParameter, missingParameter, sqsError } from './errors.ts';
import * as input from './input.ts';
import type { SqsQueue } from './queue.ts';
import type { QueueStore } from './queue-store.ts';
import { receiptOf } from './receipt-handle.ts';

const maximumVisibilitySeconds = 43_200;

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessage.html */
export function deleteMessage(store: QueueStore, request: unknown): undefined {
  const { QueueUrl, ReceiptHandle } = input.parse(input.DeleteMessage, request);
  const queue = store.queueOfUrl(QueueUrl);
  deleteOne(store, queue, ReceiptHandle);
  store.meter(queue);
}

export function deleteMessageBatch(store: QueueStore, request: unknown): object {
  const { QueueUrl, Entries } = input.parse(input.DeleteMessageBatch, request);
  const queue = store.queueOfUrl(QueueUrl);
  checkEntries('DeleteMessageBatch', Entries);
  const result = eachEntry(Entries, ({ ReceiptHandle }) => {
    deleteOne(store, queue, ReceiptHandle);
    return {};
  });
  store.meter(queue);
  return result;
}

function deleteOne(store: QueueStore, queue: SqsQueue, handle: string): void {
  const { fifo } = queue.settings;
  // A standard queue deletes by an old handle too, unless somebody else has the message; then it only says so.
  const outcome = queue.messages.complete(receiptOf(handle), { evenIfExpired: !fifo });
  if (fifo && (outcome === 'expired' || outcome === 'superseded'))
    throw invalidParameter('ReceiptHandle', handle, 'The receipt handle has expired.');
  if (outcome === 'done') store.measure(queue, 'NumberOfMessagesDeleted', 1);
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html */
export function changeMessageVisibility(store: QueueStore, request: unknown): undefined {
  const { QueueUrl, ReceiptHandle, VisibilityTimeout } = input.parse(input.ChangeMessageVisibility, request);
  const queue = store.queueOfUrl(QueueUrl);
  changeOne(store, queue, ReceiptHandle, VisibilityTimeout);
  store.meter(queue);
}

export function changeMessageVisibilityBatch(store: QueueStore, request: unknown): object {
  const { QueueUrl, Entries } = input.parse(input.ChangeMessageVisibilityBatch, request);
  const queue = store.queueOfUrl(QueueUrl);
  checkEntries('ChangeMessageVisibilityBatch', Entries);
  const result = eachEntry(Entries, ({ ReceiptHandle, VisibilityTimeout }) => {
    if (VisibilityTimeout === undefined || VisibilityTimeout === null)
      throw missingParameter('VisibilityTimeout');
    changeOne(store, queue, ReceiptHandle, VisibilityTimeout);
    return {};
  });
  store.meter(queue);
  return result;
}

function changeOne(store: QueueStore, queue: SqsQueue, handle: string, seconds: number): void {
  if (seconds < 0 || seconds > maximumVisibilitySeconds) {
    throw invalidParameter(
      'VisibilityTimeout',
      seconds,
      `VisibilityTimeout must be an integer between 0 and ${maximumVisibilitySeconds}.`,
    );
  }
  const receipt = receiptOf(handle);
  const sinceMs = queue.messages.leasedSinceMs(receipt);
  const untilMs = store.runtime.clock.now() + seconds * 1000;
  // Twelve hours are counted from the receive.
  if (sinceMs !== undefined && untilMs > sinceMs + maximumVisibilitySeconds * 1000) {
    throw invalidParameter(
      'VisibilityTimeout',
      seconds,
      `Total VisibilityTimeout for the message is beyond the limit [${maximumVisibilitySeconds} seconds]`,
    );
  }
  const outcome = queue.messages.changeLease(receipt, seconds * 1000);
  if (outcome === 'expired') throw sqsError('MessageNotInflight', 'The specified message is not in flight.');
  if (outcome !== 'done') {
    throw invalidParameter(
      'ReceiptHandle',
      handle,
      'Message does not exist or is not available for visibility timeout change.',
    );
  }
}
