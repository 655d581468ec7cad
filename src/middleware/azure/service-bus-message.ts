import type { InvocationContext } from '@azure/functions';
import type { ReceivedMessage } from '../messaging/message.ts';
import { carriedCorrelation, currentCorrelation, currentTraceparent } from '../tracing/correlation.ts';
import { parseTraceparent } from '../tracing/trace-context.ts';

/** What the trigger says of a message beside its body, as `triggerMetadata` names it. */
export interface ServiceBusMetadata {
  messageId?: string;
  correlationId?: string;
  sessionId?: string;
  deliveryCount?: number;
  enqueuedTimeUtc?: string | Date;
  applicationProperties?: Record<string, unknown>;
}

/**
 * Property of a message that has been scheduled again: how often it was delivered before. In lower case, because the
 * Node worker makes the first letter of every name in the trigger's metadata a small one.
 */
export const earlierDeliveries = 'earlierDeliveries';

/**
 * A delivery of a Service Bus trigger as the middleware's message. The Node worker hands a JSON body over as a value;
 * here it is text again.
 */
export function serviceBusMessage(
  body: unknown,
  metadata: ServiceBusMetadata,
  context: InvocationContext,
): ReceivedMessage<ServiceBusMetadata> {
  const attributes: Record<string, string> = {};
  for (const [name, value] of Object.entries(metadata.applicationProperties ?? {}))
    if (['string', 'number', 'boolean', 'bigint'].includes(typeof value)) attributes[name] = String(value);
  const { messageId, correlationId, sessionId, deliveryCount, enqueuedTimeUtc } = metadata;
  const id = messageId || context.invocationId;
  const carried = correlationId ? { ...attributes, correlationId } : attributes;
  const enqueuedAtMs = enqueuedTimeUtc === undefined ? Number.NaN : new Date(enqueuedTimeUtc).getTime();
  return {
    id,
    body: textOf(body),
    attributes,
    ...(sessionId && { group: sessionId }),
    ...(deliveryCount !== undefined && {
      deliveryCount: Number(deliveryCount) + (Number(attributes[earlierDeliveries]) || 0),
    }),
    ...(Number.isFinite(enqueuedAtMs) && { enqueuedAtMs }),
    source: context.functionName,
    ...carriedCorrelation(carried, id, parseTraceparent(attributes['Diagnostic-Id'])),
    native: metadata,
  };
}

function textOf(body: unknown): string {
  if (typeof body === 'string') return body;
  if (body instanceof Uint8Array) return new TextDecoder().decode(body);
  return JSON.stringify(body ?? null);
}

/** What an outgoing Service Bus message needs to carry the current correlation and trace. */
export function serviceBusProperties(): {
  correlationId?: string;
  applicationProperties: Record<string, string>;
} {
  const traceparent = currentTraceparent();
  const correlationId = currentCorrelation()?.correlationId;
  return {
    ...(correlationId !== undefined && { correlationId }),
    applicationProperties: traceparent === undefined ? {} : { traceparent, 'Diagnostic-Id': traceparent },
  };
}
