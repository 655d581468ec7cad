import type { InvocationContext } from '@azure/functions';
import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import type { Logger } from '../logging/logger.ts';
import { handleMessage, type MessageHandling } from '../messaging/handle-message.ts';
import { withInvocation } from './http.ts';
import { serviceBusMessage } from './service-bus-message.ts';

/** What `@azure/functions-extensions-servicebus` (in preview) hands to a function with `sdkBinding: true`. */
export interface SettledMessages {
  messages: ServiceBusReceivedMessage | ServiceBusReceivedMessage[];
  actions: {
    complete(message: ServiceBusReceivedMessage): Promise<void>;
    abandon(message: ServiceBusReceivedMessage): Promise<void>;
    deadletter(
      message: ServiceBusReceivedMessage,
      propertiesToModify: Uint8Array | undefined,
      reason: string,
      description: string,
    ): Promise<void>;
  };
}

/**
 * Wraps a Service Bus handler that settles each message for itself: register it with `sdkBinding: true` and
 * `autoCompleteMessages: false`. A permanent failure goes to the dead-letter subqueue with its reason and description;
 * of a batch only what failed comes again.
 */
export function serviceBusSettled(
  log: Logger,
  { handle }: Pick<MessageHandling<ServiceBusReceivedMessage>, 'handle'>,
) {
  return ({ messages, actions }: SettledMessages, context: InvocationContext): Promise<void> =>
    withInvocation(context, async () => {
      const settle = async (native: ServiceBusReceivedMessage) => {
        const { deliveryCount, messageId, correlationId, sessionId, enqueuedTimeUtc, applicationProperties } =
          native;
        const metadata = {
          ...(messageId !== undefined && { messageId: String(messageId) }),
          ...(correlationId !== undefined && { correlationId: String(correlationId) }),
          ...(sessionId !== undefined && { sessionId }),
          ...(deliveryCount !== undefined && { deliveryCount }),
          ...(enqueuedTimeUtc !== undefined && { enqueuedTimeUtc }),
          ...(applicationProperties !== undefined && { applicationProperties }),
        };
        const message = { ...serviceBusMessage(native.body, metadata, context), native };
        const deadLetter = (_: unknown, { reason, description }: { reason: string; description: string }) =>
          actions.deadletter(native, undefined, reason, description);
        const outcome = await handleMessage(log, { handle, deadLetter }, message);
        if (outcome.kind === 'done') await actions.complete(native);
        if (outcome.kind === 'failed') await actions.abandon(native);
      };
      // One settlement that fails (a lost lock) leaves its message to come again; the others are settled all the same.
      const settled = await Promise.allSettled([messages].flat().map(settle));
      for (const result of settled) if (result.status === 'rejected') throw result.reason;
    });
}
