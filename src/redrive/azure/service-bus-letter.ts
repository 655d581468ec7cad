import type { ServiceBusMessage, ServiceBusReceivedMessage } from '@azure/service-bus';
import {
  causeAttributeNames,
  type DeadLetter,
  followingId,
  type Replacement,
  redriveCountAttribute,
  redriveCountOf,
  redrivenAtAttribute,
} from '../dead-letter.ts';

/** https://learn.microsoft.com/azure/service-bus-messaging/service-bus-quotas */
const maximumIdLength = 128;

export function serviceBusLetter(message: ServiceBusReceivedMessage): DeadLetter {
  const attributes: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.applicationProperties ?? {}))
    attributes[name] = value instanceof Date ? value.toISOString() : String(value);
  const { sequenceNumber, messageId, sessionId, enqueuedTimeUtc, deliveryCount } = message;
  const source = message.deadLetterSource ?? attributes.DeadLetterSource;
  const key = String(sequenceNumber ?? messageId);
  return {
    key,
    messageId: Buffer.isBuffer(messageId) ? messageId.toString('hex') : String(messageId ?? key),
    body: bodyBytes(message.body),
    attributes,
    ...(sessionId !== undefined && { group: sessionId }),
    enqueuedAtMs: enqueuedTimeUtc?.getTime() ?? 0,
    ...(deliveryCount !== undefined && { receiveCount: deliveryCount }),
    cause: {
      reason: attributes.DeadLetterReason ?? 'Unknown',
      description: attributes.DeadLetterErrorDescription ?? '',
    },
    ...(source !== undefined && { source }),
    redriveCount: redriveCountOf(attributes),
  };
}

/** Whether the platform or a function has written on it that it is a dead letter. */
export const isMarkedDead = ({ deadLetterSource, deadLetterReason }: ServiceBusReceivedMessage): boolean =>
  deadLetterSource !== undefined || deadLetterReason !== undefined;

/** The message that takes its place: the same body section and properties, under an id of its own. */
export function replacementMessage(
  message: ServiceBusReceivedMessage,
  letter: DeadLetter,
  { body, redriveCount, redrivenAt }: Replacement,
): ServiceBusMessage {
  const { scheduledEnqueueTimeUtc: _, ...rest } = message;
  const marks = new Set<string>(causeAttributeNames);
  const properties = Object.entries(message.applicationProperties ?? {}).filter(([name]) => !marks.has(name));
  return {
    ...rest,
    body: body.equals(letter.body) ? message.body : sameKindOfBody(body, message.body),
    messageId: followingId(letter.messageId, redriveCount, maximumIdLength),
    applicationProperties: {
      ...Object.fromEntries(properties),
      [redriveCountAttribute]: redriveCount,
      [redrivenAtAttribute]: redrivenAt.toISOString(),
    },
  };
}

/** Data sections come as bytes; an AMQP value or sequence as what it is. */
function bodyBytes(body: unknown): Buffer {
  if (Buffer.isBuffer(body)) return body;
  if (Array.isArray(body) && body.length > 0 && body.every((part) => Buffer.isBuffer(part)))
    return Buffer.concat(body);
  if (typeof body === 'string') return Buffer.from(body);
  return Buffer.from(body === undefined || body === null ? '' : JSON.stringify(body));
}

function sameKindOfBody(edited: Buffer, original: unknown): unknown {
  if (typeof original === 'string') return edited.toString();
  if (Buffer.isBuffer(original) || (Array.isArray(original) && Buffer.isBuffer(original[0]))) return edited;
  return JSON.parse(edited.toString());
}
