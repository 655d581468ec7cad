import type { ServiceBusSender } from '@azure/service-bus';
import type { ReceivedMessage } from '../messaging/message.ts';
import { earlierDeliveries, type ServiceBusMetadata } from './service-bus-message.ts';

/** Sees to it that a message which failed comes again after a while. The caller completes it afterwards. */
export type RetryLater = (message: ReceivedMessage<ServiceBusMetadata>) => Promise<void>;

export interface RetryLaterOptions {
  now: () => number;
  /** From 0 up to, not including, 1. */
  random: () => number;
  /** Upper end of the first pause; it doubles with each delivery. Default: 5,000. */
  baseMs?: number;
  /** Upper end of every pause. Default: 120,000. */
  maximumMs?: number;
}

/**
 * Service Bus delivers an abandoned message again at once, so that an outage of seconds uses up all its deliveries. This
 * schedules a copy for later instead, with pauses that double, and counts its deliveries on in a property
 * (https://learn.microsoft.com/azure/service-bus-messaging/message-sequencing#scheduled-messages). When the function dies
 * between the copy and the completion, both come: handlers have to be idempotent. Not for sessions, whose order it
 * breaks. Needs the role `Azure Service Bus Data Sender` on the queue that the message came from.
 */
export function serviceBusRetryLater(
  sender: Pick<ServiceBusSender, 'sendMessages'>,
  { now, random, baseMs = 5000, maximumMs = 120_000 }: RetryLaterOptions,
): RetryLater {
  return async (message) => {
    const deliveries = message.deliveryCount ?? 1;
    const upperMs = Math.min(maximumMs, baseMs * 2 ** (deliveries - 1));
    const [original = message.id] = message.id.split('/retry-');
    await sender.sendMessages({
      body: Buffer.from(message.body),
      // Another id, which a queue with duplicate detection does not take for the message that has just failed.
      messageId: `${original}/retry-${deliveries}`,
      correlationId: message.correlationId,
      applicationProperties: { ...message.native.applicationProperties, [earlierDeliveries]: deliveries },
      scheduledEnqueueTimeUtc: new Date(now() + upperMs * (0.5 + random() / 2)),
    });
  };
}
