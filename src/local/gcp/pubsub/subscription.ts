import type { Timer } from '../../engine/clock.ts';
import { LeasedQueue } from '../../engine/leased-queue.ts';
import type { DeadLetterPolicy, Lease, LeaseOutcome, QueuedMessage } from '../../engine/queued-message.ts';
import type { GcpRuntime } from '../service.ts';
import { type Filter, parseFilter } from './filter.ts';
import type { PubsubMessage } from './message.ts';
import { shortName } from './resource-name.ts';
import { backoffMs, type SubscriptionSettings } from './settings.ts';

export interface SubscriptionOptions {
  name: string;
  settings: SubscriptionSettings;
  runtime: GcpRuntime;
  /** Takes over what was delivered too often; `false` when it can not be forwarded. */
  forward(message: QueuedMessage<PubsubMessage>, subscription: Subscription): boolean;
  /** Nobody has read it for too long. */
  onExpired(subscription: Subscription): void;
}

/** Node fires a timer with a longer delay at once. */
const longestTimerMs = 2 ** 31 - 1;
/** https://docs.cloud.google.com/pubsub/quotas: outstanding messages of a subscription. */
const maximumOutstanding = 100_000;

/** One subscription: its settings, and the messages that are not acknowledged yet. */
export class Subscription {
  readonly name: string;
  readonly messages: LeasedQueue<PubsubMessage>;
  readonly #options: SubscriptionOptions;
  #settings: SubscriptionSettings;
  #matches: Filter;
  #detached = false;
  #usedAtMs: number;
  #expiry: Timer | undefined;

  constructor(options: SubscriptionOptions) {
    const { name, settings, runtime } = options;
    this.#options = options;
    this.name = name;
    this.#settings = settings;
    this.#matches = parseFilter(settings.filter);
    this.#usedAtMs = runtime.clock.now();
    const deadLetter = this.#deadLetter();
    this.messages = new LeasedQueue({
      name: shortName(name),
      course: runtime.course,
      clock: runtime.clock,
      random: runtime.random,
      ordered: settings.enableMessageOrdering,
      retentionMs: settings.messageRetentionSeconds * 1000,
      deduplicationWindowMs: 0,
      maximumLeased: maximumOutstanding,
      ...(deadLetter && { deadLetter }),
      returnDelayMs: ({ receiveCount }) =>
        this.#settings.retry ? backoffMs(this.#settings.retry, receiveCount) : 0,
    });
    this.#watchExpiry();
  }

  get settings(): Readonly<SubscriptionSettings> {
    return this.#settings;
  }

  /** A detached subscription gets no more messages and gives none. */
  get detached(): boolean {
    return this.#detached;
  }

  /** What cannot be changed (topic, filter, ordering) stays as it is. */
  configure(settings: SubscriptionSettings): void {
    this.#settings = settings;
    this.messages.configure({
      retentionMs: settings.messageRetentionSeconds * 1000,
      deadLetter: this.#deadLetter(),
    });
    this.#usedAtMs = this.#options.runtime.clock.now();
    this.#watchExpiry();
  }

  /** Stores a message that its filter lets pass; whether it does. */
  deliver(message: PubsubMessage): boolean {
    if (this.#detached || !this.#matches(message.attributes)) return false;
    // Messages without a key have no order among themselves: each is a group of its own.
    const group = message.orderingKey === '' ? `\0${message.messageId}` : message.orderingKey;
    this.messages.send({
      content: message,
      id: message.messageId,
      ...(this.#settings.enableMessageOrdering && { group }),
    });
    return true;
  }

  /** Which delivery this is; told only where a dead-letter policy counts them. */
  deliveryAttemptOf({ message }: Lease<PubsubMessage>): number | undefined {
    return this.#settings.deadLetter ? message.receiveCount : undefined;
  }

  /** With exactly-once delivery an acknowledgement counts only while the lease lasts. */
  acknowledge(receipt: string): LeaseOutcome {
    return this.messages.complete(receipt, { evenIfExpired: !this.#settings.enableExactlyOnceDelivery });
  }

  /** Somebody reads it or looks after it: its expiration begins anew. */
  used(): void {
    this.#usedAtMs = this.#options.runtime.clock.now();
  }

  detach(): void {
    this.#detached = true;
    this.messages.purge();
    this.messages.close();
  }

  close(): void {
    this.#expiry?.cancel();
    this.messages.purge();
    this.messages.close();
  }

  #deadLetter(): DeadLetterPolicy<PubsubMessage> | undefined {
    const { deadLetter } = this.#settings;
    return (
      deadLetter && {
        maximumReceives: deadLetter.maximumDeliveryAttempts,
        when: 'lease-end',
        move: (message) => this.#options.forward(message, this),
      }
    );
  }

  #watchExpiry(): void {
    this.#expiry?.cancel();
    this.#expiry = undefined;
    const { expirationSeconds } = this.#settings;
    if (expirationSeconds === undefined) return;
    const { clock } = this.#options.runtime;
    const leftMs = this.#usedAtMs + expirationSeconds * 1000 - clock.now();
    if (leftMs <= 0) {
      this.#options.onExpired(this);
      return;
    }
    this.#expiry = clock.after(Math.min(leftMs, longestTimerMs), () => this.#watchExpiry());
  }
}
