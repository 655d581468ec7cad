import type { Topic } from '@google-cloud/pubsub';
import { causeAttributes } from '../messaging/dead-letter.ts';
import type { DeadLetter } from '../messaging/message.ts';
import type { PubSubDelivery } from './pubsub-message.ts';

/**
 * Publishes a poisonous message to the dead-letter topic with its cause; the wrapper then acknowledges the original.
 * When the function dies in between, the message is dead-lettered twice: dead letters are told apart by
 * `DeadLetterMessageId`. Needs `pubsub.topics.publish` on the dead-letter topic.
 */
export function pubSubDeadLetter(topic: Pick<Topic, 'publishMessage'>): DeadLetter<PubSubDelivery> {
  return async (message, cause) => {
    const { data, attributes } = message.native.message;
    // An ordering key would need a publisher with ordering switched on, so it goes as an attribute.
    await topic.publishMessage({
      data: Buffer.from(data ?? '', 'base64'),
      attributes: {
        ...attributes,
        ...(message.group !== undefined && { orderingKey: message.group }),
        ...causeAttributes(message, cause),
      },
    });
  };
}
