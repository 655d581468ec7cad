import { type Cause, causeAttributeNames, type DeadLetter, redriveCountOf } from '../dead-letter.ts';

/** The parts of a received message that matter here. */
export interface PubSubMessage {
  data: Buffer;
  attributes: Readonly<Record<string, string>>;
  messageId: string;
  orderingKey: string;
  publishTimeMs: number;
}

/** https://cloud.google.com/pubsub/docs/handling-failures#how_dead_letter_topics_work */
const platformMark = 'CloudPubSubDeadLetterSource';
/** Where the middleware keeps the ordering key (src/middleware/gcp/pubsub-dead-letter.ts). */
const orderingKeyAttribute = 'orderingKey';

export function pubSubLetter(message: PubSubMessage, deliveryAttempt: number): DeadLetter {
  const { attributes, messageId, orderingKey } = message;
  const group = orderingKey || (isOfMiddleware(attributes) ? attributes[orderingKeyAttribute] : undefined);
  const source = sourceOf(attributes);
  return {
    key: messageId,
    messageId,
    body: message.data,
    attributes,
    ...(group && { group }),
    enqueuedAtMs: message.publishTimeMs,
    ...(deliveryAttempt > 0 && { receiveCount: deliveryAttempt }),
    cause: causeOf(attributes),
    ...(source !== undefined && { source }),
    redriveCount: redriveCountOf(attributes),
  };
}

const isOfMiddleware = (attributes: Readonly<Record<string, string>>) => 'DeadLetterMessageId' in attributes;

/** The subscription that gave it up, by its full name. */
function sourceOf(attributes: Readonly<Record<string, string>>): string | undefined {
  const subscription = attributes[`${platformMark}Subscription`];
  const project = attributes[`${platformMark}SubscriptionProject`];
  if (subscription === undefined) return attributes.DeadLetterSource;
  return project === undefined || subscription.includes('/')
    ? subscription
    : `projects/${project}/subscriptions/${subscription}`;
}

/** Pub/Sub keeps no cause but how often it tried. */
function causeOf(attributes: Readonly<Record<string, string>>): Cause {
  const { DeadLetterReason: reason, DeadLetterErrorDescription: description = '' } = attributes;
  if (reason !== undefined) return { reason, description };
  const subscription = attributes[`${platformMark}Subscription`];
  if (subscription === undefined) return { reason: 'Unknown', description: '' };
  const attempts = attributes[`${platformMark}DeliveryCount`] ?? 'all';
  return {
    reason: 'MaxDeliveryAttemptsExceeded',
    description: `given up by ${subscription.split('/').at(-1)} after ${attempts} attempts, and Pub/Sub keeps no cause`,
  };
}

/** What the message that takes its place carries: the original attributes, without the marks of death. */
export function originalAttributes({
  attributes,
}: Pick<PubSubMessage, 'attributes'>): Record<string, string> {
  const marks = new Set<string>(causeAttributeNames);
  if (isOfMiddleware(attributes)) marks.add(orderingKeyAttribute);
  return Object.fromEntries(
    Object.entries(attributes).filter(([name]) => !marks.has(name) && !name.startsWith(platformMark)),
  );
}
