import rhea from 'rhea';
import { malformed } from './errors.ts';

/** A message as AMQP carries it, its sections flattened, in the names of AMQP. */
export interface AmqpMessage {
  durable?: boolean;
  priority?: number;
  /** Milliseconds. */
  ttl?: number;
  delivery_count?: number;
  message_id?: string | number | Buffer;
  user_id?: Buffer;
  to?: string;
  subject?: string;
  reply_to?: string;
  correlation_id?: string | number | Buffer;
  content_type?: string;
  content_encoding?: string;
  absolute_expiry_time?: Date;
  creation_time?: Date;
  group_id?: string;
  group_sequence?: number;
  reply_to_group_id?: string;
  application_properties?: Readonly<Record<string, unknown>>;
  message_annotations?: Readonly<Record<string, unknown>>;
  delivery_annotations?: Readonly<Record<string, unknown>>;
  footer?: Readonly<Record<string, unknown>>;
  body?: unknown;
}

/** A message that the broker keeps. */
export interface BrokeredMessage {
  readonly amqp: AmqpMessage;
  /** As it was sent. */
  readonly sizeBytes: number;
  /** In the queue or subscription that it is in, from 1. */
  readonly sequenceNumber: number;
  /** In the entity that it was sent to, where it was forwarded from there. */
  readonly enqueuedSequenceNumber: number;
  /** The entity in whose dead-letter queue it was before it was forwarded. */
  readonly deadLetterSource?: string;
  /** Entities that have forwarded it. */
  readonly hops: number;
}

/** A message on its way in. */
export type IncomingMessage = Omit<BrokeredMessage, 'sequenceNumber' | 'enqueuedSequenceNumber'> &
  Partial<Pick<BrokeredMessage, 'enqueuedSequenceNumber'>>;

/** https://learn.microsoft.com/azure/service-bus-messaging/service-bus-amqp-protocol-guide#message-annotations */
export const annotations = {
  deadLetterSource: 'x-opt-deadletter-source',
  enqueuedSequenceNumber: 'x-opt-enqueue-sequence-number',
  enqueuedTime: 'x-opt-enqueued-time',
  lockedUntil: 'x-opt-locked-until',
  messageState: 'x-opt-message-state',
  partitionKey: 'x-opt-partition-key',
  scheduledEnqueueTime: 'x-opt-scheduled-enqueue-time',
  sequenceNumber: 'x-opt-sequence-number',
} as const;

/** Format of a transfer that holds several messages. */
export const batchFormat = 0x80013700;
export const plainFormat = 0;

/** Reads one encoded message. @throws ServiceBusError when it is not one */
export function decode(bytes: Buffer): AmqpMessage {
  try {
    return received(rhea.message.decode(bytes));
  } catch (error) {
    throw malformed(error);
  }
}

export const encode = (message: AmqpMessage): Buffer => rhea.message.encode(message);

/**
 * The messages of a transfer, which rhea has decoded unless its format is another than AMQP's own; a batch holds each
 * as a data section.
 *
 * @throws ServiceBusError when it cannot be read, or could not be given to a receiver
 */
export function incoming(transfer: unknown, format: number): IncomingMessage[] {
  if (Buffer.isBuffer(transfer)) {
    const whole = decode(transfer);
    if (format !== batchFormat) return [{ amqp: whole, sizeBytes: transfer.length, hops: 0 }];
    return dataSections(whole.body).map((part) => ({ amqp: decode(part), sizeBytes: part.length, hops: 0 }));
  }
  const amqp = received(transfer);
  return [{ amqp, sizeBytes: encodedBytes(amqp), hops: 0 }];
}

function encodedBytes(message: AmqpMessage): number {
  try {
    return encode(message).length;
  } catch (error) {
    throw malformed(error);
  }
}

/** What rhea has decoded. */
export function received(message: unknown): AmqpMessage {
  const amqp: AmqpMessage = {};
  return typeof message === 'object' && message !== null ? Object.assign(amqp, message) : amqp;
}

/** A message that is made here of text, as the SDK makes one. */
export function textMessage(body: Buffer, properties: Omit<AmqpMessage, 'body'>): IncomingMessage {
  const amqp: AmqpMessage = { ...properties, body: rhea.message.data_section(body) };
  return { amqp, sizeBytes: encode(amqp).length, hops: 0 };
}

/** The bytes of a message's body: its data sections, or a value as JSON. */
export function bodyBytes({ body }: AmqpMessage): Buffer {
  if (Buffer.isBuffer(body)) return body;
  const sections = dataSections(body);
  if (sections.length > 0) return Buffer.concat(sections);
  if (typeof body === 'string') return Buffer.from(body);
  const value = isSection(body) ? body.content : body;
  return Buffer.from(value === undefined ? '' : JSON.stringify(value));
}

/** An identifier as text; SDKs also send numbers and UUIDs. */
export const idText = (id: AmqpMessage['message_id']): string | undefined =>
  id === undefined || id === null ? undefined : Buffer.isBuffer(id) ? id.toString('hex') : String(id);

/** When a message is to appear, where its sender says so. */
export function scheduledTimeMs({ message_annotations: notes }: AmqpMessage): number | undefined {
  const time = notes?.[annotations.scheduledEnqueueTime];
  if (time instanceof Date) return time.getTime();
  return typeof time === 'number' ? time : undefined;
}

interface Section {
  typecode: number;
  content: unknown;
  multiple?: boolean;
}

const dataTypecode = 0x75;

const isSection = (body: unknown): body is Section =>
  typeof body === 'object' && body !== null && 'typecode' in body && 'content' in body;

function dataSections(body: unknown): Buffer[] {
  if (!isSection(body) || body.typecode !== dataTypecode) return [];
  const parts: unknown[] = body.multiple && Array.isArray(body.content) ? body.content : [body.content];
  return parts.filter((part) => Buffer.isBuffer(part));
}
