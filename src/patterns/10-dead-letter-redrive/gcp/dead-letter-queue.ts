import type { protos, v1 } from '@google-cloud/pubsub';
import type { DeadLetterQueue } from '../core.ts';
import type { DeadLetter } from '../letter.ts';

/** A message as it is pulled, with the id by which it is acknowledged. */
export type Received = protos.google.pubsub.v1.IReceivedMessage;

/** Pub/Sub answers with what is at hand; only after so many empty answers the subscription counts as empty. */
const emptyAnswers = 3;
const mostAtATime = 100;

/**
 * A subscription of dead letters, in single calls: a streaming subscriber would take letters that nobody asked for.
 * `holdSeconds` is how long nobody else gets what was taken.
 */
export function pubSubDeadLetterQueue(
  clients: { subscriber: v1.SubscriberClient; publisher: v1.PublisherClient },
  names: { subscription: string; topic: string },
  holdSeconds: number,
): DeadLetterQueue<Received> {
  const { subscriber, publisher } = clients;
  const { subscription, topic } = names;
  const take = async (maximum: number): Promise<DeadLetter<Received>[]> => {
    for (let attempt = 1; attempt <= emptyAnswers; attempt++) {
      const [{ receivedMessages }] = await subscriber.pull({
        subscription,
        maxMessages: Math.min(maximum, mostAtATime),
        returnImmediately: true,
      });
      const received = receivedMessages ?? [];
      if (received.length === 0) continue;
      await hold(received.map(ackIdOf), holdSeconds);
      return received.map(letterOf);
    }
    return [];
  };
  const hold = async (ackIds: string[], ackDeadlineSeconds: number) => {
    if (ackIds.length > 0) await subscriber.modifyAckDeadline({ subscription, ackIds, ackDeadlineSeconds });
  };
  const release = (letters: readonly DeadLetter<Received>[]) =>
    hold(
      letters.map(({ native }) => ackIdOf(native)),
      0,
    );
  return {
    take,
    release,
    // Pub/Sub shows a message only to whoever takes it. All are held until the end, or the same would come again.
    async look(maximum) {
      const letters: DeadLetter<Received>[] = [];
      try {
        while (letters.length < maximum) {
          const more = await take(maximum - letters.length);
          if (more.length === 0) break;
          letters.push(...more);
        }
      } finally {
        await release(letters);
      }
      return letters;
    },
    async delete({ native }) {
      await subscriber.acknowledge({ subscription, ackIds: [ackIdOf(native)] });
    },
    async send({ group }, body, attributes) {
      const { orderingKey: _, ...others } = attributes;
      const [{ messageIds }] = await publisher.publish({
        topic,
        messages: [
          { data: Buffer.from(body), attributes: others, ...(group !== undefined && { orderingKey: group }) },
        ],
      });
      return messageIds?.[0] ?? '';
    },
  };
}

const ackIdOf = ({ ackId }: Received): string => ackId ?? '';

function letterOf(native: Received): DeadLetter<Received> {
  const { messageId, data, attributes, orderingKey, publishTime } = native.message ?? {};
  // The middleware keeps the ordering key of what it dead-letters as an attribute.
  const group = orderingKey || attributes?.orderingKey;
  return {
    id: messageId ?? '',
    body: Buffer.from(data ?? '').toString(),
    attributes: attributes ?? {},
    ...(group && { group }),
    enqueuedAtMs: Number(publishTime?.seconds ?? 0) * 1000 + Math.floor((publishTime?.nanos ?? 0) / 1e6),
    native,
  };
}
