import type { InvocationContext } from '@azure/functions';
import { writtenAttributes } from '../messaging/dead-letter.ts';
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
 * `@azure/functions` begins every name in the metadata with a small letter, also the names of application properties
 * (https://github.com/Azure/azure-functions-nodejs-library/blob/v4.x/src/converters/toCamelCase.ts). These get their own
 * back, or a redrive would not find what it wrote. A sender's names should begin with small letters.
 */
const properNames = new Map(
  [...writtenAttributes, 'Diagnostic-Id'].map((name) => [name.charAt(0).toLowerCase() + name.slice(1), name]),
);

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
    if (['string', 'number', 'boolean', 'bigint'].includes(typeof value))
      attributes[properNames.get(name) ?? name] = String(value);
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
