import rhea from 'rhea';
import { type AmqpMessage, annotations, type BrokeredMessage, encode } from '../message.ts';
import type { PeekedState } from '../message-queue.ts';

const { types } = rhea;

const states: Record<PeekedState, number> = { active: 0, deferred: 1, scheduled: 2 };

/**
 * A message as a receiver gets it, encoded.
 * https://learn.microsoft.com/azure/service-bus-messaging/service-bus-amqp-protocol-guide
 */
export function delivered(
  message: BrokeredMessage,
  place: { enqueuedAtMs: number; lockedUntilMs?: number; earlierDeliveries: number; state?: PeekedState },
): Buffer {
  const { amqp, sequenceNumber, enqueuedSequenceNumber, deadLetterSource } = message;
  const { enqueuedAtMs, lockedUntilMs, earlierDeliveries, state = 'active' } = place;
  const whole: AmqpMessage = {
    ...amqp,
    delivery_count: earlierDeliveries,
    message_annotations: {
      ...amqp.message_annotations,
      [annotations.enqueuedTime]: new Date(enqueuedAtMs),
      [annotations.sequenceNumber]: types.wrap_long(sequenceNumber),
      [annotations.enqueuedSequenceNumber]: types.wrap_long(enqueuedSequenceNumber),
      [annotations.messageState]: types.wrap_int(states[state]),
      ...(lockedUntilMs !== undefined && { [annotations.lockedUntil]: new Date(lockedUntilMs) }),
      ...(deadLetterSource !== undefined && { [annotations.deadLetterSource]: deadLetterSource }),
    },
  };
  return encode(whole);
}

/** A UUID as .NET writes its bytes, which Service Bus sends lock tokens in. The same turns it back. */
export function guidBytes(bytes: Buffer): Buffer {
  const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
  return Buffer.from(order.map((index) => bytes[index] ?? 0));
}

export const uuidBytes = (uuid: string): Buffer => Buffer.from(uuid.replaceAll('-', ''), 'hex');

export function uuidText(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** A time in .NET's ticks of 100 ns since the year 1, as an AMQP long. */
export function ticks(timeMs: number) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(timeMs) * 10_000n + 621_355_968_000_000_000n);
  return types.wrap_long(bytes);
}
