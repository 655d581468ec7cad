import type { ServiceBusSender } from '@azure/service-bus';
import { causeAttributes } from '../messaging/dead-letter.ts';
import type { DeadLetter } from '../messaging/message.ts';
import type { ServiceBusMetadata } from './service-bus-message.ts';

/**
 * Sends a poisonous message with its cause to a queue of dead letters; the wrapper then lets the original be completed.
 * A dead-letter subqueue takes no messages from senders, so this is a queue of its own, and the subqueue forwards to it
 * (`forward_dead_lettered_messages_to`): both kinds of dead letters stand in one place. Needs the role
 * `Azure Service Bus Data Sender` on that queue. With the preview of SDK bindings `serviceBusSettled` needs no such queue.
 */
export function serviceBusDeadLetter(
  sender: Pick<ServiceBusSender, 'sendMessages'>,
): DeadLetter<ServiceBusMetadata> {
  return async (message, cause) => {
    await sender.sendMessages({
      // As bytes: the SDK would write a text as a JSON string, in quotation marks.
      body: Buffer.from(message.body),
      // The same id again when the function dies in between: a queue with duplicate detection keeps one.
      messageId: message.id,
      correlationId: message.correlationId,
      ...(message.group !== undefined && { sessionId: message.group }),
      applicationProperties: { ...message.attributes, ...causeAttributes(message, cause) },
    });
  };
}
