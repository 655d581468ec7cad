import type { ReceivedMessage } from '../messaging/message.ts';
import { carriedAttributes, carriedCorrelation, currentTraceparent } from '../tracing/correlation.ts';
import { parseTraceparent } from '../tracing/trace-context.ts';

/** A message as Pub/Sub wraps it (https://cloud.google.com/pubsub/docs/push#properties_of_a_push_subscription). */
export interface PubSubMessage {
  messageId: string;
  /** base64; absent in a message of attributes only. */
  data?: string;
  attributes?: Record<string, string>;
  orderingKey?: string;
  publishTime?: string;
}

export interface PubSubDelivery {
  message: PubSubMessage;
  subscription: string;
  /** Present when the subscription has a dead-letter policy. */
  deliveryAttempt?: number;
}

/** The body of a push request, or the data of an Eventarc event. `undefined` for what is neither. */
export function parseDelivery(value: unknown): PubSubDelivery | undefined {
  const delivery = value as Partial<PubSubDelivery> | null | undefined;
  if (typeof delivery?.message?.messageId !== 'string' || typeof delivery.subscription !== 'string')
    return undefined;
  return delivery as PubSubDelivery;
}

/** A delivery as the middleware's message. */
export function pubSubMessage(delivery: PubSubDelivery): ReceivedMessage<PubSubDelivery> {
  const { message, subscription, deliveryAttempt } = delivery;
  const attributes = message.attributes ?? {};
  const enqueuedAtMs = Date.parse(message.publishTime ?? '');
  return {
    id: message.messageId,
    body: Buffer.from(message.data ?? '', 'base64').toString(),
    attributes,
    ...(message.orderingKey && { group: message.orderingKey }),
    ...(deliveryAttempt !== undefined && { deliveryCount: deliveryAttempt }),
    ...(Number.isFinite(enqueuedAtMs) && { enqueuedAtMs }),
    source: subscription,
    ...carriedCorrelation(attributes, message.messageId, parseTraceparent(attributes.googclient_traceparent)),
    native: delivery,
  };
}

/**
 * Attributes by which an outgoing message carries the current correlation and trace; `googclient_traceparent` is the
 * name that Google's client libraries look for (https://cloud.google.com/pubsub/docs/open-telemetry-tracing).
 */
export function pubSubAttributes(attributes: Record<string, string> = {}): Record<string, string> {
  const traceparent = currentTraceparent();
  return {
    ...carriedAttributes(),
    ...(traceparent !== undefined && { googclient_traceparent: traceparent }),
    ...attributes,
  };
}
