import type { QueuedMessage } from '../../engine/queued-message.ts';
import type { Channel, StoredMessage } from '../../stack-access.ts';
import type { SqsContent } from './message.ts';
import type { SqsQueue } from './queue.ts';
import type { QueueStore } from './queue-store.ts';
import { deliverMessage } from './send.ts';

/** The queues as the owner of the account sees them. */
export function channelsOf(store: QueueStore): Channel[] {
  return [...store.queues.values()].map((queue) => ({
    kind: 'queue',
    name: queue.name,
    aliases: [queue.arn, store.urlOf(queue.name)],
    send: async ({ body, attributes = {}, group, deduplicationId, delayMs }) =>
      deliverMessage(
        store,
        queue,
        {
          MessageBody: body,
          MessageAttributes: Object.fromEntries(
            Object.entries(attributes).map(([name, StringValue]) => [
              name,
              { DataType: 'String', StringValue },
            ]),
          ),
          ...(group !== undefined && { MessageGroupId: group }),
          ...(deduplicationId !== undefined &&
            queue.settings.fifo && { MessageDeduplicationId: deduplicationId }),
          ...(delayMs !== undefined && { DelaySeconds: Math.ceil(delayMs / 1000) }),
        },
        { senderId: store.runtime.accountId },
      ),
    peek: () => queue.messages.messages().map(({ message }) => stored(message)),
  }));
}

function stored({
  id,
  content,
  group,
  receiveCount,
  enqueuedAtMs,
}: QueuedMessage<SqsContent>): StoredMessage {
  return {
    id,
    body: content.body,
    attributes: Object.fromEntries(
      Object.entries(content.attributes).map(([name, { StringValue, BinaryValue }]) => [
        name,
        StringValue ?? BinaryValue ?? '',
      ]),
    ),
    receiveCount,
    enqueuedAtMs,
    ...(group !== undefined && { group }),
  };
}

/** Messages of a queue that are there, delivered or not: what its readers still have to do. */
export function unfinished(queue: SqsQueue): number {
  const { visible, leased, delayed } = queue.messages.counts();
  return visible + leased + delayed;
}
