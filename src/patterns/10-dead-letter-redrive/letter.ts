import { originalEnqueuedAtAttribute } from '../../middleware/messaging/dead-letter.ts';

/** A message that could not be processed, alike on every cloud. */
export interface DeadLetter<Native = unknown> {
  /** The platform's id of this dead letter; the message that it was had another where a worker gave it up. */
  id: string;
  body: string;
  /** Attributes (application properties) as text. */
  attributes: Readonly<Record<string, string>>;
  /** Message group (SQS FIFO), session (Service Bus), ordering key (Pub/Sub). */
  group?: string;
  /** Where the platform keeps the cause itself. */
  cause?: { reason: string; description: string };
  /** When it came to where it stands, or, where the platform keeps that, when it was sent: what its expiry counts from. */
  enqueuedAtMs: number;
  /** The letter as the platform handed it over. */
  native: Native;
}

/** How often a message was redriven, and when last. */
const redriveCountAttribute = 'RedriveCount';
const redrivenAtAttribute = 'RedrivenAt';

/** What the worker or the platform wrote on the message when it gave it up. */
const marksOfDeath =
  /^(DeadLetter(Reason|ErrorDescription|MessageId|Source|Attributes)$|CloudPubSubDeadLetter)/;

/** A whole number of times; what is none counts as never. */
export function redriveCountOf(attributes: Readonly<Record<string, string>>): number {
  const count = Number(attributes[redriveCountAttribute] ?? 0);
  return Number.isInteger(count) && count > 0 ? count : 0;
}

/** When it was redriven last, in milliseconds since the epoch; never: minus infinity. */
export function redrivenAtMs(attributes: Readonly<Record<string, string>>): number {
  const atMs = Date.parse(attributes[redrivenAtAttribute] ?? '');
  return Number.isNaN(atMs) ? Number.NEGATIVE_INFINITY : atMs;
}

/** Why it is a dead letter. Of a message whose worker never came to say anything the platform knows only the count. */
export function causeOf({ attributes, cause }: Pick<DeadLetter, 'attributes' | 'cause'>): {
  reason: string;
  description: string;
} {
  const { DeadLetterReason, DeadLetterErrorDescription = '' } = attributes;
  if (DeadLetterReason !== undefined)
    return { reason: DeadLetterReason, description: DeadLetterErrorDescription };
  return cause ?? { reason: 'MaxDeliveries', description: 'It was delivered as often as the queue allows.' };
}

/** ISO 8601 */
export function originalEnqueuedAt({ attributes, enqueuedAtMs }: DeadLetter): string {
  return (
    attributes[originalEnqueuedAtAttribute] ??
    attributes.CloudPubSubDeadLetterSourceTopicPublishTime ??
    new Date(enqueuedAtMs).toISOString()
  );
}

/** The attributes that the message had, without the marks of its death, and with those of its redrive. */
export function redrivenAttributes(letter: DeadLetter, nowMs: number): Record<string, string> {
  const kept = Object.entries(letter.attributes).filter(([name]) => !marksOfDeath.test(name));
  return {
    ...Object.fromEntries(kept),
    [redriveCountAttribute]: String(redriveCountOf(letter.attributes) + 1),
    [redrivenAtAttribute]: new Date(nowMs).toISOString(),
    [originalEnqueuedAtAttribute]: originalEnqueuedAt(letter),
  };
}
