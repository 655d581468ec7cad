import type { Destination, Destinations } from '../destinations.ts';
import { noSuchQueue } from './errors.ts';
import type { SqsQueue } from './queue.ts';
import type { QueueStore } from './queue-store.ts';
import { deliverMessage } from './send.ts';

/** Queues, for the services that deliver to them. */
export function queueDestination(store: QueueStore, destinations: Destinations): Destination {
  const queueOf = (arn: string): SqsQueue => {
    const queue = store.queueOfArn(arn);
    if (queue) return queue;
    throw noSuchQueue();
  };
  return {
    action: 'sqs:SendMessage',
    find: queueOf,
    take(arn, { body, attributes, group, deduplicationId, traceHeader }, sender) {
      const message = {
        MessageBody: body,
        MessageAttributes: attributes,
        MessageGroupId: group,
        MessageDeduplicationId: deduplicationId,
      };
      const senderId = destinations.senderId(sender);
      deliverMessage(store, queueOf(arn), message, { senderId, traceHeader });
    },
  };
}
