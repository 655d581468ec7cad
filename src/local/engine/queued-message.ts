/** One message of a leased queue, as everybody but the queue sees it. */
export interface QueuedMessage<Content> {
  readonly id: string;
  readonly content: Content;
  /** Order of arrival in its queue. */
  readonly sequence: number;
  /** When it was first sent; retention counts from here. */
  readonly enqueuedAtMs: number;
  /** When it came into this queue; later than `enqueuedAtMs` in a dead-letter queue. */
  readonly arrivedAtMs: number;
  readonly group?: string;
  /** How long it is kept, where it says so itself. */
  readonly retentionMs?: number;
  /** Deliveries so far, those from queues where it was before included. */
  readonly receiveCount: number;
  readonly firstReceivedAtMs?: number;
}

/** A message, given to one receiver for a time. */
export interface Lease<Content> {
  readonly message: QueuedMessage<Content>;
  /** Names this delivery: what completes the message or changes its lease. */
  readonly receipt: string;
  readonly untilMs: number;
}

/** What happened to a message. */
export type QueueEvent<Content> = { readonly message: QueuedMessage<Content>; readonly atMs: number } & (
  | { kind: 'enqueued' }
  /** Accepted, but not stored: the same was sent within the deduplication window. */
  | { kind: 'deduplicated' }
  | { kind: 'delivered' }
  | { kind: 'redelivered' }
  /** The lease has ended without completion; the message can be received again. */
  | { kind: 'returned' }
  | { kind: 'completed' }
  /** Deleted because its retention period was over. */
  | { kind: 'expired' }
  | { kind: 'dead-lettered' }
  /** Out of the order of delivery: only whoever asks for it by its id gets it. */
  | { kind: 'set-aside' }
  | { kind: 'purged' }
);

export interface DeadLetterPolicy<Content> {
  /** Deliveries that a message gets before it is moved. */
  maximumReceives: number;
  /**
   * When it is moved: `next-receive` as soon as somebody would receive it once more (SQS), `lease-end` as soon as the
   * last lease ends without completion (Service Bus).
   */
  when: 'next-receive' | 'lease-end';
  /** Takes the message over; `false` when there is nowhere to move it, and then it stays. */
  move(message: QueuedMessage<Content>): boolean;
}

export interface QueueCounts {
  visible: number;
  leased: number;
  delayed: number;
  /** Set aside, for whoever asks for them by their ids. */
  aside: number;
  /** Since its arrival in this queue; absent when the queue is empty. */
  oldestAgeMs?: number;
}

/**
 * What became of completing a message or changing its lease: `done`; `expired`, the lease was over but nobody else has
 * received the message since; `superseded`, somebody else has; `gone`, the message is no longer there.
 */
export type LeaseOutcome = 'done' | 'expired' | 'superseded' | 'gone';
