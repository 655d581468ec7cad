import type { InvocationContext, ServiceBusQueueHandler } from '@azure/functions';
import type { Logger } from '../logging/logger.ts';
import { handleMessage, type MessageHandling } from '../messaging/handle-message.ts';
import { withInvocation } from './http.ts';
import { type ServiceBusMetadata, serviceBusMessage } from './service-bus-message.ts';
import type { RetryLater } from './service-bus-retry.ts';

type Handling = MessageHandling<ServiceBusMetadata>;

/**
 * Wraps a Service Bus handler that takes one message per invocation, which is the default and what suits most: the host
 * completes the message when the handler returns and abandons it when it throws, each message for itself. What fails is
 * delivered again at once, or with `retryLater` after a pause.
 */
export function serviceBusOne(
  log: Logger,
  { retryLater, ...handling }: Handling & { retryLater?: RetryLater },
): ServiceBusQueueHandler {
  return (body: unknown, context: InvocationContext) =>
    withInvocation(context, async () => {
      const message = serviceBusMessage(body, context.triggerMetadata ?? {}, context);
      const outcome = await handleMessage(log, handling, message);
      if (outcome.kind !== 'failed') return;
      if (!retryLater) throw outcome.error;
      await retryLater(message);
    });
}

/**
 * Wraps a Service Bus handler with `cardinality: 'many'`. The host completes or abandons the batch as a whole, so one
 * failure makes all of it come again, each with a higher delivery count: handlers have to be idempotent, and a poisonous
 * message wears out its neighbours unless `deadLetter` takes it out. Every message is tried, so that those that can
 * succeed are not held up. Choose it only where one call for many messages is much cheaper than many calls.
 */
export function serviceBusMany(log: Logger, handling: Handling): ServiceBusQueueHandler<unknown[]> {
  return (bodies, context) =>
    withInvocation(context, async () => {
      const outcomes = await Promise.all(
        bodies.map((body, index) =>
          handleMessage(log, handling, serviceBusMessage(body, metadataOf(context, index), context)),
        ),
      );
      const errors = outcomes.flatMap((outcome) => (outcome.kind === 'failed' ? [outcome.error] : []));
      if (errors.length > 0)
        throw new AggregateError(
          errors,
          `${errors.length} of ${bodies.length} messages failed; all come again`,
        );
    });
}

/** In a batch the trigger gives every member of the metadata as a list with `Array` in its name. */
function metadataOf({ triggerMetadata = {} }: InvocationContext, index: number): ServiceBusMetadata {
  const of = (name: string): unknown => {
    const list = triggerMetadata[`${name}Array`];
    return Array.isArray(list) ? list[index] : undefined;
  };
  const names = ['messageId', 'correlationId', 'sessionId', 'deliveryCount', 'enqueuedTimeUtc'];
  const given = Object.fromEntries(
    [...names, 'applicationProperties'].map((name) => [name, of(name)]).filter(([, value]) => value != null),
  );
  return given as ServiceBusMetadata;
}
