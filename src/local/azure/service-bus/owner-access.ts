import type { Channel, StoredMessage } from '../../stack-access.ts';
import { type AmqpMessage, bodyBytes, idText, textMessage } from './message.ts';
import type { MessageQueue } from './message-queue.ts';
import type { Destination, Namespace } from './namespace.ts';
import type { ServiceBus } from './service-bus.ts';

/** Queues, topics, subscriptions, and the dead letters of each, for the stack's owner. */
export function channelsOf(bus: ServiceBus): Channel[] {
  return bus.namespaces.flatMap((namespace) => [
    ...[...namespace.queues.values()].flatMap((queue) => queueChannels(namespace, queue)),
    ...[...namespace.topics.values()].flatMap((topic) => [
      topicChannel(namespace, topic),
      ...[...topic.subscriptions.values()].flatMap(({ queue }) => queueChannels(namespace, queue)),
    ]),
  ]);
}

function queueChannels(namespace: Namespace, queue: MessageQueue): Channel[] {
  return [queue, ...(queue.deadLetters ? [queue.deadLetters] : [])].map((one): Channel => {
    const tail = one.path.slice(queue.path.length);
    return {
      kind: 'queue',
      name: one.path,
      aliases: [
        `${one.settings.resourceId}${tail}`,
        `${namespace.definition.name}/${one.path}`,
        namespace.uri(one.path),
        // As clients write the path of a subscription.
        one.path.replace('/subscriptions/', '/Subscriptions/'),
      ],
      send: async (message) => sendTo(one, message),
      peek: () => stored(one),
    };
  });
}

const topicChannel = (namespace: Namespace, topic: Destination): Channel => ({
  kind: 'topic',
  name: topic.path,
  aliases: [
    topic.settings.resourceId,
    `${namespace.definition.name}/${topic.path}`,
    namespace.uri(topic.path),
  ],
  send: async (message) => sendTo(topic, message),
});

type Outgoing = Parameters<Channel['send']>[0];

function sendTo(target: Destination, { body, attributes, group, deduplicationId, delayMs }: Outgoing) {
  const sent = textMessage(Buffer.from(body), {
    ...(attributes && { application_properties: attributes }),
    ...(group !== undefined && { group_id: group }),
    ...(deduplicationId !== undefined && { message_id: deduplicationId }),
  });
  const sequenceNumber = target.send(sent, delayMs);
  return { id: deduplicationId ?? String(sequenceNumber) };
}

const stored = (queue: MessageQueue): StoredMessage[] =>
  queue.peek(0, Number.POSITIVE_INFINITY).map(({ message, id, enqueuedAtMs, receiveCount }) => {
    const { amqp } = message;
    const cause = causeOf(amqp);
    return {
      id: idText(amqp.message_id) ?? id,
      body: bodyBytes(amqp).toString(),
      attributes: texts(amqp.application_properties),
      receiveCount,
      enqueuedAtMs,
      ...(amqp.group_id !== undefined && { group: amqp.group_id }),
      ...(cause !== undefined && { cause }),
    };
  });

function causeOf({ application_properties: properties = {} }: AmqpMessage): string | undefined {
  const { DeadLetterReason: reason, DeadLetterErrorDescription: description } = properties;
  const parts = [reason, description].filter((part) => typeof part === 'string');
  return parts.length > 0 ? parts.join(': ') : undefined;
}

const texts = (properties: AmqpMessage['application_properties'] = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, String(value)]));
