import type { Channel, OutgoingMessage } from '../../stack-access.ts';
import type { PubSub } from './pubsub.ts';
import { deletedTopic, shortName } from './resource-name.ts';
import type { Subscription } from './subscription.ts';

/** Topics and subscriptions as the owner of the stack sees them. What is sent to a subscription goes to its topic. */
export function channelsOf(pubsub: PubSub): Channel[] {
  const topics = [...pubsub.topics.keys()].map(
    (name): Channel => ({
      kind: 'topic',
      name: shortName(name),
      aliases: [name, `//pubsub.googleapis.com/${name}`],
      send: (message) => send(pubsub, name, message),
    }),
  );
  return [...topics, ...[...pubsub.subscriptions.values()].map((one) => queueOf(pubsub, one))];
}

const queueOf = (pubsub: PubSub, subscription: Subscription): Channel => ({
  kind: 'queue',
  name: shortName(subscription.name),
  aliases: [subscription.name, `//pubsub.googleapis.com/${subscription.name}`],
  send(message) {
    const { topic } = subscription.settings;
    if (topic === deletedTopic)
      return Promise.reject(new Error(`the topic of ${subscription.name} was deleted`));
    return send(pubsub, topic, message);
  },
  peek: () =>
    subscription.messages.messages().map(({ message: { content, receiveCount } }) => ({
      id: content.messageId,
      body: content.data.toString(),
      attributes: Object.fromEntries(content.attributes),
      ...(content.orderingKey !== '' && { group: content.orderingKey }),
      receiveCount,
      enqueuedAtMs: content.publishedAtMs,
    })),
});

/** A deduplication id has no meaning here: Pub/Sub takes every message as a new one. */
async function send(pubsub: PubSub, topic: string, message: OutgoingMessage): Promise<{ id: string }> {
  const { body, attributes = {}, group, delayMs } = message;
  if (delayMs) throw new Error('Pub/Sub delivers at once: it takes no delay');
  const [id = ''] = pubsub.publish(topic, [
    { data: Buffer.from(body), attributes: new Map(Object.entries(attributes)), orderingKey: group ?? '' },
  ]);
  return { id };
}
