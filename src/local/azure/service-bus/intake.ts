import type { Clock, Timer } from '../../engine/clock.ts';
import type { Course } from '../../engine/course.ts';
import { DeduplicationWindow } from '../../engine/deduplication-window.ts';
import type { Random } from '../../engine/random.ts';
import { entityDisabled, invalidOperation, messageNotFound, messageTooLarge } from './errors.ts';
import {
  annotations,
  type BrokeredMessage,
  type IncomingMessage,
  idText,
  scheduledTimeMs,
} from './message.ts';

export interface IntakeSettings {
  /** `orders` */
  path: string;
  /** What no message of the entity lives longer than; infinite by default. */
  timeToLiveMs: number;
  /** Within it a second message with the same id is accepted and dropped; none where duplicates are not looked for. */
  duplicateWindowMs: number | undefined;
  maximumMessageBytes: number;
  requiresSession: boolean;
  takesMessages: boolean;
}

export interface ScheduledMessage {
  message: BrokeredMessage;
  dueMs: number;
}

/**
 * The way into a queue or topic: what is refused, what is dropped as a duplicate, what waits for its time.
 * https://learn.microsoft.com/azure/service-bus-messaging/message-sequencing
 */
export class Intake {
  readonly #settings: IntakeSettings;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #course: Pick<Course, 'timeline'>;
  readonly #deliver: (message: BrokeredMessage) => void;
  readonly #known: DeduplicationWindow<number> | undefined;
  /** By the number that cancels it. */
  readonly #scheduled = new Map<number, ScheduledMessage & { timer: Timer }>();
  #lastSequenceNumber = 0;

  constructor(
    settings: IntakeSettings,
    surroundings: {
      clock: Clock;
      random: Random;
      course: Pick<Course, 'timeline'>;
      deliver(message: BrokeredMessage): void;
    },
  ) {
    this.#settings = settings;
    this.#clock = surroundings.clock;
    this.#random = surroundings.random;
    this.#course = surroundings.course;
    this.#deliver = surroundings.deliver;
    if (settings.duplicateWindowMs !== undefined)
      this.#known = new DeduplicationWindow(settings.duplicateWindowMs);
  }

  /** Those that wait for their time. */
  scheduled(): ScheduledMessage[] {
    return [...this.#scheduled.values()];
  }

  /** @throws ServiceBusError why the message is not taken */
  check({ amqp, sizeBytes }: IncomingMessage): void {
    const { path, maximumMessageBytes, requiresSession, takesMessages } = this.#settings;
    if (!takesMessages) throw entityDisabled(path);
    if (sizeBytes > maximumMessageBytes) throw messageTooLarge(sizeBytes, maximumMessageBytes);
    if (requiresSession && !amqp.group_id)
      throw invalidOperation(
        `The SessionId was not set on a message, and it cannot be sent to the entity '${path}'. Entities that have session support enabled can only receive messages that have the SessionId set to a valid value.`,
      );
  }

  /**
   * Takes a message, now, after a delay or for its own time. Gives its sequence number. @throws ServiceBusError
   */
  accept(message: IncomingMessage, delayMs = 0): number {
    this.check(message);
    const nowMs = this.#clock.now();
    const id = this.#known && idText(message.amqp.message_id);
    const known = id === undefined ? undefined : this.#known?.find(id, nowMs);
    if (known !== undefined) {
      const { path: place } = this.#settings;
      this.#course.timeline.record({ atMs: nowMs, kind: 'deduplicated', place, subject: id ?? '' });
      return known;
    }
    const dueMs = scheduledTimeMs(message.amqp) ?? nowMs + delayMs;
    const numbered = this.#numbered(message);
    if (id !== undefined) this.#known?.add(id, numbered.sequenceNumber, nowMs);
    if (dueMs > nowMs) this.#schedule(numbered, dueMs);
    else this.#deliver(numbered);
    return numbered.sequenceNumber;
  }

  /** @throws ServiceBusError when one of them is not scheduled (any more); then none is cancelled */
  cancel(sequenceNumbers: readonly number[]): void {
    const missing = sequenceNumbers.find((one) => !this.#scheduled.has(one));
    if (missing !== undefined)
      throw messageNotFound(`Failed to find the scheduled message with the sequence number '${missing}'.`);
    for (const number of sequenceNumbers) {
      this.#scheduled.get(number)?.timer.cancel();
      this.#scheduled.delete(number);
    }
  }

  /** Gives the message its place in the sequence, and its time to live. */
  #numbered({ amqp, ...message }: IncomingMessage): BrokeredMessage {
    const sequenceNumber = ++this.#lastSequenceNumber;
    const timeToLiveMs = Math.min(ownTimeToLiveMs(amqp), this.#settings.timeToLiveMs);
    return {
      enqueuedSequenceNumber: sequenceNumber,
      ...message,
      amqp: {
        ...amqp,
        // A message that its sender gave no id gets one.
        message_id: amqp.message_id ?? this.#random.text(32),
        ...(timeToLiveMs < Number.POSITIVE_INFINITY && { ttl: timeToLiveMs }),
      },
      sequenceNumber,
    };
  }

  #schedule(message: BrokeredMessage, dueMs: number): void {
    const { sequenceNumber } = message;
    const timer = this.#clock.after(dueMs - this.#clock.now(), () => {
      this.#scheduled.delete(sequenceNumber);
      // A scheduled message gets a new number when it appears.
      this.#deliver(this.#numbered(message));
    });
    this.#scheduled.set(sequenceNumber, { message, dueMs, timer });
  }

  close(): void {
    for (const { timer } of this.#scheduled.values()) timer.cancel();
    this.#scheduled.clear();
  }
}

/** Clients say it in either form. */
function ownTimeToLiveMs({
  ttl,
  absolute_expiry_time: expiry,
  creation_time: created,
}: IncomingMessage['amqp']) {
  if (ttl !== undefined) return ttl;
  if (expiry === undefined || created === undefined) return Number.POSITIVE_INFINITY;
  return expiry.getTime() - created.getTime();
}

/** A message that is sent on, without what only its old place knew. */
export function forwarded(
  message: BrokeredMessage,
  more: { deadLetterSource?: string } = {},
): IncomingMessage {
  const { sequenceNumber: _, amqp, ...rest } = message;
  const { [annotations.scheduledEnqueueTime]: __, ...notes } = amqp.message_annotations ?? {};
  return { ...rest, ...more, amqp: { ...amqp, message_annotations: notes }, hops: message.hops + 1 };
}
