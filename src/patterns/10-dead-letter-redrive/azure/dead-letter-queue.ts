import type { ServiceBusClient, ServiceBusMessage, ServiceBusReceivedMessage } from '@azure/service-bus';
import type { DeadLetterQueue } from '../core.ts';
import { type DeadLetter, redriveCountOf } from '../letter.ts';

/** How long Service Bus may take to show what is there; after so long without a message the queue counts as empty. */
const maximumWaitMs = 1500;
/** https://learn.microsoft.com/azure/service-bus-messaging/service-bus-quotas */
const maximumIdLength = 128;

/** What `serviceBusDeadLetterQueue` gives; to be closed when the request has its answer. */
export type ServiceBusDeadLetterQueue = DeadLetterQueue<ServiceBusReceivedMessage> & {
  close(): Promise<void>;
};

/**
 * A queue of dead letters, held for as long as its lock lasts, for one request: the client, which is closed with it,
 * remembers how far it has looked, and goes on from there.
 */
export function serviceBusDeadLetterQueue(
  client: ServiceBusClient,
  names: { deadLetterQueue: string; queue: string },
): ServiceBusDeadLetterQueue {
  // Bodies stay the bytes that they are, whether or not they are JSON.
  const receiver = client.createReceiver(names.deadLetterQueue, {
    receiveMode: 'peekLock',
    skipParsingBodyAsJson: true,
  });
  const sender = client.createSender(names.queue);
  return {
    async look(maximum) {
      const letters: DeadLetter<ServiceBusReceivedMessage>[] = [];
      while (letters.length < maximum) {
        const more = await receiver.peekMessages(Math.min(100, maximum - letters.length));
        if (more.length === 0) break;
        letters.push(...more.map(letterOf));
      }
      return letters;
    },
    async take(maximum) {
      const messages = await receiver.receiveMessages(maximum, { maxWaitTimeInMs: maximumWaitMs });
      return messages.map(letterOf);
    },
    async release(letters) {
      // What cannot be released appears again by itself, when its lock runs out.
      await Promise.allSettled(letters.map(({ native }) => receiver.abandonMessage(native)));
    },
    delete: ({ native }) => receiver.completeMessage(native),
    async send(letter, body, attributes) {
      const { native } = letter;
      const messageId = followingId(letter);
      const message: ServiceBusMessage = { body: Buffer.from(body), messageId };
      for (const name of [
        'contentType',
        'correlationId',
        'partitionKey',
        'replyTo',
        'sessionId',
        'subject',
        'to',
      ] as const)
        if (native[name] !== undefined) Object.assign(message, { [name]: native[name] });
      message.applicationProperties = withText(native.applicationProperties ?? {}, attributes);
      await sender.sendMessages(message);
      return messageId;
    },
    async close() {
      await client.close();
    },
  };
}

function letterOf(native: ServiceBusReceivedMessage): DeadLetter<ServiceBusReceivedMessage> {
  const { applicationProperties = {}, correlationId, deadLetterReason, deadLetterErrorDescription } = native;
  const attributes: Record<string, string> = {};
  for (const [name, value] of Object.entries(applicationProperties))
    if (value !== null && value !== undefined) attributes[name] = textOf(value);
  if (correlationId !== undefined) attributes.correlationId ??= String(correlationId);
  return {
    id: String(native.sequenceNumber),
    body: Buffer.isBuffer(native.body) ? native.body.toString() : textOf(native.body),
    attributes,
    ...(native.sessionId && { group: native.sessionId }),
    ...(deadLetterReason && {
      cause: { reason: deadLetterReason, description: deadLetterErrorDescription ?? '' },
    }),
    enqueuedAtMs: native.enqueuedTimeUtc?.getTime() ?? Date.now(),
    native,
  };
}

function textOf(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Each property with the type that it had; text where it is new. */
function withText(
  originals: NonNullable<ServiceBusReceivedMessage['applicationProperties']>,
  wanted: Record<string, string>,
): NonNullable<ServiceBusMessage['applicationProperties']> {
  return Object.fromEntries(
    Object.entries(wanted).map(([name, text]) => {
      const original = originals[name];
      return [
        name,
        original !== null && original !== undefined && textOf(original) === text ? original : text,
      ];
    }),
  );
}

/**
 * The id of the message that follows a dead letter: the same for a second attempt at one redrive, so that a queue with
 * duplicate detection drops it, and another one than before, which that queue may remember.
 */
function followingId({ attributes, native }: DeadLetter<ServiceBusReceivedMessage>): string {
  const suffix = `.redrive${redriveCountOf(attributes) + 1}`;
  const before = attributes.DeadLetterMessageId ?? String(native.messageId ?? native.sequenceNumber);
  return `${before.replace(/\.redrive\d+$/, '').slice(0, maximumIdLength - suffix.length)}${suffix}`;
}
