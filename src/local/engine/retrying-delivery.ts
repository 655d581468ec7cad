import type { Clock, Timer } from './clock.ts';
import type { Course } from './course.ts';

/** Why an attempt to deliver came to nothing. */
export interface DeliveryFailure {
  /** The error's code, as the vendor reports it. */
  failed: string;
  /** The error in words. */
  reason: string;
  /** Whether a later attempt may succeed. */
  retryable: boolean;
  /** Set when the attempt does not count: the receiver had no room for it. Only the event's age limits these. */
  uncounted?: true;
}

export type DeliveryOutcome = 'delivered' | DeliveryFailure;

/** What an event's deliverer knows of the attempt that it makes. */
export interface DeliveryAttempt {
  /** 1 for the first attempt; repeated when an attempt did not count. */
  number: number;
  acceptedAtMs: number;
}

export interface RetryPolicy {
  /** Counted attempts in all, the first included. */
  maximumAttempts: number;
  /** No attempt begins later than this after the event was accepted. */
  maximumAgeMs: number;
  /** How long to wait after `failures` attempts, counted or not, have failed; `last` is the latest of them. */
  delayMs(failures: number, last: DeliveryFailure): number;
}

/** How it came that an event is not delivered. */
export interface DeadDelivery {
  exhausted: 'not-retryable' | 'attempts' | 'age';
  /** Of the last attempt. */
  failure: DeliveryFailure;
  /** Counted attempts. */
  attempts: number;
  acceptedAtMs: number;
}

export interface DeliveryEvent<Content> {
  id: string;
  content: Content;
  /** Events of one group are delivered one after the other, each when the one before is delivered or dead. */
  group?: string;
}

export interface RetryingDeliveryOptions<Content> {
  /** Of the subscription, target or function: where faults strike and what the timeline names. */
  name: string;
  clock: Clock;
  course: Course;
  /** Read at every failure, so that a changed policy holds for what waits already. */
  policy(event: DeliveryEvent<Content>): RetryPolicy;
  /** Makes one attempt. */
  deliver(event: DeliveryEvent<Content>, attempt: DeliveryAttempt): Promise<DeliveryOutcome>;
  /** Takes what can't be delivered; tells whether a dead letter was kept. */
  onDead(
    event: DeliveryEvent<Content>,
    dead: DeadDelivery,
  ): Promise<'dead-lettered' | 'dropped'> | 'dead-lettered' | 'dropped';
  /** Told when `deliver` or `onDead` throws, which is a defect of theirs; the event is given up. */
  onDefect(error: unknown): void;
  /** Set when the receiver itself tells the timeline of each attempt. */
  receiverTells?: boolean;
}

interface Pending<Content> {
  event: DeliveryEvent<Content>;
  acceptedAtMs: number;
  attempts: number;
  failures: number;
}

/**
 * Push delivery: each event is given to its receiver as soon as it is accepted, again with growing pauses when that
 * fails, and is dead after so many attempts, at such an age, or at an error that no repetition helps. Under EventBridge
 * targets, SNS and Event Grid subscriptions, and asynchronous invocations of Lambda.
 */
export class RetryingDelivery<Content> {
  readonly #options: RetryingDeliveryOptions<Content>;
  readonly #timers = new Set<Timer>();
  /** Groups with an event under way, and what waits behind it. */
  readonly #lanes = new Map<string, (() => void)[]>();
  #closed = false;

  constructor(options: RetryingDeliveryOptions<Content>) {
    this.#options = options;
  }

  /** Takes an event over. Its first attempt begins at once, unless a fault delays it or its group is busy. */
  accept(event: DeliveryEvent<Content>): void {
    const { clock, course, name } = this.#options;
    const pending = { event, acceptedAtMs: clock.now(), attempts: 0, failures: 0 };
    const lateMs = this.#latenessMs(event.group !== undefined);
    if (lateMs > 0) this.#record('fault', event, `${lateMs} ms late`);
    const start = () => (lateMs > 0 ? this.#later(lateMs, pending) : this.#go(pending));
    const lane = event.group === undefined ? undefined : this.#lanes.get(event.group);
    if (!lane) {
      if (event.group !== undefined) this.#lanes.set(event.group, []);
      start();
      return;
    }
    const release = course.activity.hold();
    this.#record('enqueued', event, `behind its group at ${name}`);
    lane.push(() => {
      start();
      release();
    });
  }

  /** Ends all waiting; what has not been delivered is forgotten. */
  close(): void {
    this.#closed = true;
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
    this.#lanes.clear();
  }

  #latenessMs(isOrdered: boolean): number {
    const { course, name } = this.#options;
    const { faults } = course;
    if (faults.strikes('delay', name)) return faults.delayMs('delay', name);
    if (!isOrdered && faults.strikes('reorder', name)) return faults.delayMs('reorder', name);
    return 0;
  }

  #later(delayMs: number, pending: Pending<Content>): void {
    const { clock, course } = this.#options;
    const release = course.activity.hold();
    const timer = clock.after(delayMs, () => {
      this.#timers.delete(timer);
      if (pending.failures > 0) this.#record('retried', pending.event, `attempt ${pending.attempts + 1}`);
      this.#go(pending);
      release();
    });
    this.#timers.add(timer);
  }

  #go(pending: Pending<Content>): void {
    const { course, onDefect } = this.#options;
    course.activity
      .run(() => this.#attempt(pending))
      .catch((error: unknown) => {
        onDefect(error);
        this.#leave(pending);
      });
  }

  async #attempt(pending: Pending<Content>): Promise<void> {
    const { course, name, deliver, receiverTells } = this.#options;
    const { event, acceptedAtMs } = pending;
    const attempt = { number: pending.attempts + 1, acceptedAtMs };
    const outcome = await deliver(event, attempt);
    if (this.#closed) return;
    if (outcome !== 'delivered') return this.#fail(pending, outcome);
    if (!receiverTells) this.#record('delivered', event, `attempt ${attempt.number}`);
    this.#leave(pending);
    if (event.group !== undefined || !course.faults.strikes('duplicate', name)) return;
    this.#record('fault', event, 'delivered twice');
    await deliver(event, attempt);
  }

  async #fail(pending: Pending<Content>, failure: DeliveryFailure): Promise<void> {
    const { clock, policy, onDead, receiverTells } = this.#options;
    const { event, acceptedAtMs } = pending;
    pending.failures++;
    if (!failure.uncounted) pending.attempts++;
    if (!receiverTells) this.#record('failed', event, `${failure.failed}: ${failure.reason}`);
    const { maximumAttempts, maximumAgeMs, delayMs } = policy(event);
    const pauseMs = delayMs(pending.failures, failure);
    const exhausted = !failure.retryable
      ? 'not-retryable'
      : pending.attempts >= maximumAttempts
        ? 'attempts'
        : clock.now() + pauseMs - acceptedAtMs > maximumAgeMs
          ? 'age'
          : undefined;
    if (exhausted === undefined) return this.#later(pauseMs, pending);
    const dead = { exhausted, failure, attempts: pending.attempts, acceptedAtMs } as const;
    this.#record(await onDead(event, dead), event, `${failure.failed} after ${pending.attempts} attempts`);
    this.#leave(pending);
  }

  /** Lets the next event of the group begin. */
  #leave({ event: { group } }: Pending<Content>): void {
    const lane = group === undefined ? undefined : this.#lanes.get(group);
    if (group === undefined || !lane) return;
    const next = lane.shift();
    if (next) next();
    else this.#lanes.delete(group);
  }

  #record(kind: string, { id }: DeliveryEvent<Content>, detail: string): void {
    const { clock, course, name } = this.#options;
    if (course.timeline.isWatched)
      course.timeline.record({ atMs: clock.now(), kind, place: name, subject: id, detail });
  }
}

/** Pauses that double from `firstMs` up to `longestMs`, each shortened at random by up to half. */
export function exponentialBackoff(
  { firstMs, longestMs }: { firstMs: number; longestMs: number },
  random: { next(): number },
): (failures: number) => number {
  return (failures) =>
    Math.round(Math.min(firstMs * 2 ** Math.min(failures - 1, 50), longestMs) * (0.5 + random.next() / 2));
}
