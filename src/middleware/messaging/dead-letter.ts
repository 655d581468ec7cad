import type { ReceivedMessage } from './message.ts';
import type { Cause } from './permanent.ts';

/** Pub/Sub takes no longer attribute value (https://cloud.google.com/pubsub/quotas#resource_limits). */
const maximumValueBytes = 1024;

/** When a message was sent for the first time: it outlives being dead-lettered and redriven, which both send anew. */
export const originalEnqueuedAtAttribute = 'OriginalEnqueuedAt';

/** Names of attributes that this middleware and redrives write, and all have to be able to read. */
export const writtenAttributes = [
  'DeadLetterAttributes',
  'DeadLetterErrorDescription',
  'DeadLetterMessageId',
  'DeadLetterReason',
  'DeadLetterSource',
  originalEnqueuedAtAttribute,
  'RedriveCount',
  'RedrivenAt',
] as const;

/**
 * What a dead letter carries beside the attributes that it had, by the names that Service Bus gives the first two
 * (https://learn.microsoft.com/azure/service-bus-messaging/service-bus-dead-letter-queues).
 */
export function causeAttributes(
  {
    id,
    source,
    attributes,
    enqueuedAtMs,
  }: Pick<ReceivedMessage, 'id' | 'source' | 'attributes' | 'enqueuedAtMs'>,
  { reason, description }: Cause,
): Record<string, string> {
  const isFirst = enqueuedAtMs !== undefined && !(originalEnqueuedAtAttribute in attributes);
  return {
    ...(isFirst && { [originalEnqueuedAtAttribute]: new Date(enqueuedAtMs).toISOString() }),
    DeadLetterReason: attributeText(reason),
    DeadLetterErrorDescription: attributeText(description),
    DeadLetterMessageId: attributeText(id),
    DeadLetterSource: attributeText(source),
  };
}

/** Text that every queue takes as the value of an attribute: characters of XML 1.0, not empty, at most 1,024 bytes. */
export function attributeText(text: string): string {
  let value = '';
  let sizeBytes = 0;
  for (const character of text.toWellFormed()) {
    if (!/[\t\n\r\u{20}-\u{fffd}\u{10000}-\u{10ffff}]/u.test(character)) continue;
    sizeBytes += Buffer.byteLength(character);
    if (sizeBytes > maximumValueBytes) break;
    value += character;
  }
  return value || '-';
}
