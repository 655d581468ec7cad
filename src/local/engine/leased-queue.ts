// Longer than most files: whether a message waits, is leased, delayed, set aside or dead is one state machine over one set of
// entries, and every operation is a transition of it.
import type { Clock, Timer } from './clock.ts';
import type { Course } from './course.ts';
import { DeadlineHeap } from './deadline-heap.ts';
import { DeduplicationWindow } from './deduplication-window.ts';
import type {
  DeadLetterPolicy,
  Lease,
  LeaseOutcome,
  QueueCounts,
  QueuedMessage,
  QueueEvent,
} from './queued-message.ts';
import type { Random } from './random.ts';
import { SequencedList } from './sequenced-list.ts';

export interface LeasedQueueOptions<Content> {
  /** Names the queue in the timeline and to fault plans. */
  name: string;
  course: Pick<Course, 'faults' | 'timeline'>;
  clock: Clock;
  random: Random;
  /** A group's messages are delivered in order, and none while an earlier delivery of the group is under way. */
  ordered: boolean;
  /** How long a message is kept after it was first sent. */
  retentionMs: number;
  deduplicationWindowMs: number;
  /** Messages that may be leased at a time. */
  maximumLeased: number;
  deadLetter?: DeadLetterPolicy<Content>;
  /** How long a message stays away after a lease that ended without completion; not at all by default. */
  returnDelayMs?(message: QueuedMessage<Content>): number;
  /** Whether a leased message stays until its lease ends although its retention is over. */
  keepsLeased?: boolean;
  /** Takes over a message whose retention is over; without it, such a message is deleted. */
  takeExpired?(message: QueuedMessage<Content>): void;
}

export interface SendInput<Content> {
  content: Content;
  /** Where the sender has named it already; no other message of the queue may have it. */
  id?: string;
  group?: string;
  delayMs?: number;
  /** How long this message is kept, where that is not as long as the queue keeps every message. */
  retentionMs?: number;
  /** A second message with the same key is accepted within the window, but not stored. */
  deduplicationKey?: string;
}

export interface ReceiveInput {
  maximumMessages: number;
  leaseMs: number;
  /** Only messages of this group of an ordered queue; whoever receives has the group to himself, and may hold several. */
  group?: string;
}

type State =
  | { kind: 'delayed'; untilMs: number }
  | { kind: 'visible' }
  | { kind: 'leased'; sinceMs: number; untilMs: number }
  | { kind: 'aside' };

interface Lane<Content> {
  /** Not leased: the visible ones, in an ordered queue also the delayed ones, which hold up what follows. */
  readonly waiting: SequencedList<Entry<Content>>;
  leased: number;
}

interface Entry<Content> {
  readonly sequence: number;
  readonly lane: Lane<Content>;
  message: QueuedMessage<Content>;
  state: State;
  /** Of the latest delivery. */
  receipt?: string;
  /** It was set aside; there it returns to after a lease. */
  isAside?: boolean;
  /** When something happens to it by itself: the end of its delay or lease, or of its retention. */
  deadlineMs: number;
}

interface Waiter<Content> extends ReceiveInput {
  resolve(leases: Lease<Content>[]): void;
  /** Ends the waiting without a message. */
  cancel(): void;
}

/** Node fires a timer with a longer delay at once. */
const longestTimerMs = 2 ** 31 - 1;
const someStaleDeadlines = 64;

/**
 * The queue under SQS, Service Bus queues and Pub/Sub subscriptions: whoever receives a message gets a lease on it, and
 * unless the message is completed before the lease ends, it is delivered again.
 */
export class LeasedQueue<Content> {
  readonly #name: string;
  readonly #course: Pick<Course, 'faults' | 'timeline'>;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #ordered: boolean;
  readonly #maximumLeased: number;
  #retentionMs: number;
  #deadLetter: DeadLetterPolicy<Content> | undefined;
  readonly #returnDelayMs: ((message: QueuedMessage<Content>) => number) | undefined;
  readonly #keepsLeased: boolean;
  readonly #takeExpired: ((message: QueuedMessage<Content>) => void) | undefined;
  /** By id, in order of arrival. */
  readonly #entries = new Map<string, Entry<Content>>();
  readonly #lanes = new Map<string, Lane<Content>>();
  /** Lanes that have a message to deliver, those that got it first in front. */
  readonly #ready = new Set<Lane<Content>>();
  readonly #deadlines = new DeadlineHeap<Entry<Content>>();
  readonly #deduplication: DeduplicationWindow<QueuedMessage<Content>>;
  readonly #waiters = new Set<Waiter<Content>>();
  readonly #listeners = new Set<(event: QueueEvent<Content>) => void>();
  readonly #readyListeners = new Set<() => void>();
  readonly #counts = { visible: 0, leased: 0, delayed: 0, aside: 0 };
  #timer: { dueMs: number; timer: Timer } | undefined;
  #sequence = 0;
  #receipts = 0;

  constructor(options: LeasedQueueOptions<Content>) {
    this.#name = options.name;
    this.#course = options.course;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#ordered = options.ordered;
    this.#maximumLeased = options.maximumLeased;
    this.#retentionMs = options.retentionMs;
    this.#deadLetter = options.deadLetter;
    this.#returnDelayMs = options.returnDelayMs;
    this.#keepsLeased = options.keepsLeased ?? false;
    this.#takeExpired = options.takeExpired;
    this.#deduplication = new DeduplicationWindow(options.deduplicationWindowMs);
  }

  /** Changes what holds for all messages, those that are already here included. */
  configure(options: { retentionMs: number; deadLetter: DeadLetterPolicy<Content> | undefined }): void {
    this.#retentionMs = options.retentionMs;
    this.#deadLetter = options.deadLetter;
    for (const entry of this.#entries.values()) entry.deadlineMs = this.#deadlineOf(entry);
    this.#rebuildDeadlines();
    this.#settle();
  }

  /** Calls `listener` with everything that happens from now on. It must not call the queue. Returns its undo. */
  onEvent(listener: (event: QueueEvent<Content>) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls `listener` whenever there may be something to receive. It must not call the queue. Returns its undo. */
  onReady(listener: () => void): () => void {
    this.#readyListeners.add(listener);
    return () => this.#readyListeners.delete(listener);
  }

  /** What is in the queue now. */
  counts(): QueueCounts {
    this.#settle();
    const [oldest] = this.#entries.values();
    return {
      ...this.#counts,
      ...(oldest && { oldestAgeMs: this.#clock.now() - oldest.message.arrivedAtMs }),
    };
  }

  /** Every message that is there now, oldest first. */
  messages(): { message: QueuedMessage<Content>; state: State['kind'] }[] {
    this.#settle();
    return [...this.#entries.values()].map(({ message, state }) => ({ message, state: state.kind }));
  }

  /** The groups of an ordered queue whose first message can be received, the one that waits longest in front. */
  groups(): string[] {
    this.#settle();
    const waiting = [...this.#lanes].flatMap(
      ([
        name,
        {
          waiting: { first },
        },
      ]) => (first?.state.kind === 'visible' ? [{ name, sequence: first.sequence }] : []),
    );
    return waiting.sort((a, b) => a.sequence - b.sequence).map(({ name }) => name);
  }

  /** The message with this id. */
  message(id: string): QueuedMessage<Content> | undefined {
    this.#settle();
    return this.#entries.get(id)?.message;
  }

  /** Stores a message; of a duplicate it gives the message that was stored in the first place. */
  send(input: SendInput<Content>): { message: QueuedMessage<Content>; duplicate: boolean } {
    const nowMs = this.#clock.now();
    const { deduplicationKey: key } = input;
    const known = key === undefined ? undefined : this.#deduplication.find(key, nowMs);
    if (known) {
      this.#tell('deduplicated', known);
      return { message: known, duplicate: true };
    }
    const message: QueuedMessage<Content> = {
      id: input.id ?? this.#random.uuid(),
      content: input.content,
      sequence: this.#sequence++,
      enqueuedAtMs: nowMs,
      arrivedAtMs: nowMs,
      receiveCount: 0,
      ...(input.group !== undefined && { group: input.group }),
      ...(input.retentionMs !== undefined && { retentionMs: input.retentionMs }),
    };
    if (key !== undefined) this.#deduplication.add(key, message, nowMs);
    this.#add(message, (input.delayMs ?? 0) + this.#lateness());
    return { message, duplicate: false };
  }

  /** Takes over a message of another queue with its id and receive count; its retention goes on or starts anew. */
  takeOver(message: QueuedMessage<Content>, options: { keepsEnqueueTime: boolean }): QueuedMessage<Content> {
    const arrivedAtMs = this.#clock.now();
    const taken = {
      ...message,
      sequence: this.#sequence++,
      arrivedAtMs,
      enqueuedAtMs: options.keepsEnqueueTime ? message.enqueuedAtMs : arrivedAtMs,
    };
    this.#add(taken, 0);
    return taken;
  }

  /** Leases what there is now, at most so many messages. */
  receive(input: ReceiveInput): Lease<Content>[] {
    this.#settle();
    return this.#take(input);
  }

  /**
   * Leases what there is, or waits until there is something; nothing after `waitMs`, which may be infinite, or when
   * `signal` is aborted.
   */
  receiveOrWait(input: ReceiveInput & { waitMs: number; signal?: AbortSignal }): Promise<Lease<Content>[]> {
    const { waitMs, signal } = input;
    if (signal?.aborted) return Promise.resolve([]);
    const leases = this.receive(input);
    if (leases.length > 0 || waitMs <= 0) return Promise.resolve(leases);
    return new Promise((resolve) => {
      const end = (found: Lease<Content>[]) => {
        this.#waiters.delete(waiter);
        timer?.cancel();
        signal?.removeEventListener('abort', cancel);
        resolve(found);
      };
      const cancel = () => end([]);
      const waiter: Waiter<Content> = { ...input, resolve: end, cancel };
      const timer = waitMs === Number.POSITIVE_INFINITY ? undefined : this.#clock.after(waitMs, cancel);
      signal?.addEventListener('abort', cancel);
      this.#waiters.add(waiter);
    });
  }

  /** Deletes a received message. `evenIfExpired` also does so when the lease is over, unless it was received again. */
  complete(receipt: string, options: { evenIfExpired?: boolean } = {}): LeaseOutcome {
    this.#settle();
    const { entry, outcome } = this.#find(receipt);
    if (!entry || (outcome !== 'done' && !(outcome === 'expired' && options.evenIfExpired))) return outcome;
    if (this.#course.faults.strikes('lost-acknowledgement', this.#name)) return 'done';
    this.#remove(entry);
    this.#tell('completed', entry.message);
    this.#serve();
    return 'done';
  }

  /** Lets a lease end `leaseMs` from now; 0 returns the message at once. */
  changeLease(receipt: string, leaseMs: number): LeaseOutcome {
    this.#settle();
    const { entry, outcome } = this.#find(receipt);
    if (outcome !== 'done' || entry?.state.kind !== 'leased') return outcome;
    if (leaseMs <= 0) {
      this.#return(entry);
      this.#settle();
    } else
      this.#enter(entry, {
        kind: 'leased',
        sinceMs: entry.state.sinceMs,
        untilMs: this.#clock.now() + leaseMs,
      });
    this.#serve();
    return 'done';
  }

  /** Changes what a leased message says. */
  rewrite(receipt: string, content: Content): LeaseOutcome {
    this.#settle();
    const { entry, outcome } = this.#find(receipt);
    if (entry && outcome === 'done') entry.message = { ...entry.message, content };
    return outcome;
  }

  /** Takes a leased message out of the order of delivery; `receiveAside` finds it by its id. It never expires there. */
  setAside(receipt: string): LeaseOutcome {
    this.#settle();
    const { entry, outcome } = this.#find(receipt);
    if (!entry || outcome !== 'done') return outcome;
    entry.isAside = true;
    this.#return(entry);
    this.#tell('set-aside', entry.message);
    this.#serve();
    return 'done';
  }

  /** Leases a message that was set aside; nothing when it is not there or leased. */
  receiveAside(id: string, leaseMs: number): Lease<Content> | undefined {
    this.#settle();
    const entry = this.#entries.get(id);
    return entry?.state.kind === 'aside' ? this.#lease(entry, leaseMs) : undefined;
  }

  /** Takes a leased message out of the queue, for the caller to put it into a dead-letter queue. */
  deadLetter(receipt: string): { outcome: LeaseOutcome; message?: QueuedMessage<Content> } {
    this.#settle();
    const { entry, outcome } = this.#find(receipt);
    if (!entry || outcome !== 'done') return { outcome };
    this.#remove(entry);
    this.#tell('dead-lettered', entry.message);
    this.#serve();
    return { outcome, message: entry.message };
  }

  /** When the lease that `receipt` names began; `undefined` when it is over. */
  leasedSinceMs(receipt: string): number | undefined {
    this.#settle();
    const { entry, outcome } = this.#find(receipt);
    return outcome === 'done' && entry?.state.kind === 'leased' ? entry.state.sinceMs : undefined;
  }

  /** Hides a message that nobody has leased, for `delayMs` from now; `false` when there is no such message. */
  hide(id: string, delayMs: number): boolean {
    this.#settle();
    const entry = this.#entries.get(id);
    if (!entry || entry.state.kind === 'leased') return false;
    if (entry.state.kind === 'visible' && delayMs > 0 && !this.#ordered) entry.lane.waiting.remove(entry);
    if (delayMs > 0) this.#enter(entry, { kind: 'delayed', untilMs: this.#clock.now() + delayMs });
    else if (entry.state.kind === 'delayed') this.#show(entry);
    this.#updateReady(entry.lane);
    this.#serve();
    return true;
  }

  /** Deletes a message, leased or not, in whose lease nobody is interested; `false` when there is none. */
  delete(id: string): boolean {
    this.#settle();
    const entry = this.#entries.get(id);
    if (!entry) return false;
    this.#remove(entry);
    this.#tell('completed', entry.message);
    this.#serve();
    return true;
  }

  /** Deletes every message. */
  purge(): void {
    for (const entry of [...this.#entries.values()]) {
      this.#remove(entry);
      this.#tell('purged', entry.message);
    }
  }

  /** Ends all waiting and all timers. */
  close(): void {
    this.#timer?.timer.cancel();
    this.#timer = undefined;
    for (const waiter of this.#waiters) waiter.cancel();
  }

  /** A message may become visible late; only a queue without order lets a later one pass it. */
  #lateness(): number {
    const { faults } = this.#course;
    if (faults.strikes('delay', this.#name)) return faults.delayMs('delay', this.#name);
    if (!this.#ordered && faults.strikes('reorder', this.#name)) return faults.delayMs('reorder', this.#name);
    return 0;
  }

  #add(message: QueuedMessage<Content>, delayMs: number): void {
    const lane = this.#laneOf(message);
    const entry: Entry<Content> = {
      sequence: message.sequence,
      lane,
      message,
      state: { kind: 'visible' },
      deadlineMs: 0,
    };
    this.#entries.set(message.id, entry);
    this.#counts.visible++;
    this.#enter(
      entry,
      delayMs > 0 ? { kind: 'delayed', untilMs: this.#clock.now() + delayMs } : { kind: 'visible' },
    );
    if (this.#ordered || delayMs <= 0) lane.waiting.insert(entry);
    this.#updateReady(lane);
    this.#tell('enqueued', message);
    this.#serve();
  }

  #laneOf({ group }: QueuedMessage<Content>): Lane<Content> {
    const name = this.#ordered ? (group ?? '') : '';
    let lane = this.#lanes.get(name);
    if (!lane) {
      lane = { waiting: new SequencedList(), leased: 0 };
      this.#lanes.set(name, lane);
    }
    return lane;
  }

  #enter(entry: Entry<Content>, state: State): void {
    this.#counts[entry.state.kind]--;
    this.#counts[state.kind]++;
    entry.state = state;
    const deadlineMs = this.#deadlineOf(entry);
    if (deadlineMs === entry.deadlineMs) return;
    entry.deadlineMs = deadlineMs;
    if (deadlineMs === Number.POSITIVE_INFINITY) return;
    this.#deadlines.push(deadlineMs, entry);
    if (this.#deadlines.size > 2 * this.#entries.size + someStaleDeadlines) this.#rebuildDeadlines();
    this.#schedule();
  }

  #deadlineOf({ message, state, isAside }: Entry<Content>): number {
    if (state.kind === 'aside') return Number.POSITIVE_INFINITY;
    if (state.kind === 'leased' && (this.#keepsLeased || isAside)) return state.untilMs;
    const expiresMs = this.#expiresMs(message);
    return state.kind === 'visible' ? expiresMs : Math.min(state.untilMs, expiresMs);
  }

  #expiresMs({ enqueuedAtMs, retentionMs = this.#retentionMs }: QueuedMessage<Content>): number {
    return enqueuedAtMs + retentionMs;
  }

  /** Deadlines of what is long completed stay in the heap until there are too many of them. */
  #rebuildDeadlines(): void {
    this.#deadlines.rebuild(
      [...this.#entries.values()]
        .filter(({ deadlineMs }) => deadlineMs < Number.POSITIVE_INFINITY)
        .map((entry) => ({ dueMs: entry.deadlineMs, item: entry })),
    );
  }

  #schedule(): void {
    const dueMs = this.#deadlines.nextMs;
    if (dueMs === undefined || (this.#timer && this.#timer.dueMs <= dueMs)) return;
    this.#timer?.timer.cancel();
    const delayMs = Math.min(Math.max(0, dueMs - this.#clock.now()), longestTimerMs);
    const timer = this.#clock.after(delayMs, () => {
      this.#timer = undefined;
      this.#settle();
      this.#schedule();
    });
    this.#timer = { dueMs, timer };
  }

  /** Does what is due by now; a timer may be late. */
  #settle(): void {
    const nowMs = this.#clock.now();
    const nextMs = this.#deadlines.nextMs;
    if (nextMs === undefined || nextMs > nowMs) return;
    for (let due = this.#deadlines.popDue(nowMs); due; due = this.#deadlines.popDue(nowMs)) {
      const { item: entry, dueMs } = due;
      if (entry.deadlineMs !== dueMs || this.#entries.get(entry.message.id) !== entry) continue;
      entry.deadlineMs = 0;
      if (!entry.isAside && this.#expiresMs(entry.message) <= nowMs) this.#expire(entry);
      else if (entry.state.kind === 'leased') this.#return(entry);
      else if (entry.state.kind === 'delayed') this.#show(entry);
    }
    this.#serve();
  }

  #expire(entry: Entry<Content>): void {
    this.#remove(entry);
    this.#takeExpired?.(entry.message);
    this.#tell(this.#takeExpired ? 'dead-lettered' : 'expired', entry.message);
  }

  #show(entry: Entry<Content>): void {
    const wasWaiting = this.#ordered && entry.state.kind === 'delayed';
    this.#enter(entry, { kind: 'visible' });
    if (!wasWaiting) entry.lane.waiting.insert(entry);
    this.#updateReady(entry.lane);
  }

  #return(entry: Entry<Content>, delayMs = this.#returnDelayMs?.(entry.message) ?? 0): void {
    entry.lane.leased--;
    if (entry.isAside) {
      this.#enter(entry, { kind: 'aside' });
      this.#updateReady(entry.lane);
      return;
    }
    this.#tell('returned', entry.message);
    if (delayMs <= 0) this.#show(entry);
    else {
      this.#enter(entry, { kind: 'delayed', untilMs: this.#clock.now() + delayMs });
      if (this.#ordered) entry.lane.waiting.insert(entry);
      this.#updateReady(entry.lane);
    }
    if (this.#deadLetter?.when === 'lease-end') this.#moveIfDead(entry);
  }

  #take({ maximumMessages, leaseMs, group }: ReceiveInput): Lease<Content>[] {
    const leases: Lease<Content>[] = [];
    const room = Math.min(maximumMessages, this.#maximumLeased - this.#counts.leased);
    const own = group === undefined ? undefined : this.#lanes.get(group);
    const lanes = group === undefined ? this.#ready : own ? [own] : [];
    for (const lane of lanes) {
      while (leases.length < room && lane.waiting.first?.state.kind === 'visible') {
        const entry = lane.waiting.first;
        if (this.#deadLetter?.when === 'next-receive' && this.#moveIfDead(entry)) continue;
        leases.push(this.#lease(entry, leaseMs));
      }
      this.#updateReady(lane);
      if (leases.length >= room) break;
    }
    for (const { receipt } of leases) {
      // A lease of no length counts as a delivery; the message is there again for the next receiver. The same makes a
      // duplicate: it is delivered once more while the first delivery is under way, which only order rules out.
      const ends = leaseMs <= 0 || (!this.#ordered && this.#course.faults.strikes('duplicate', this.#name));
      const { entry } = ends ? this.#find(receipt) : {};
      if (entry) this.#return(entry, 0);
    }
    return leases;
  }

  #lease(entry: Entry<Content>, leaseMs: number): Lease<Content> {
    const nowMs = this.#clock.now();
    const { message, lane } = entry;
    if (!entry.isAside) lane.waiting.shift();
    lane.leased++;
    entry.message = {
      ...message,
      receiveCount: message.receiveCount + 1,
      firstReceivedAtMs: message.firstReceivedAtMs ?? nowMs,
    };
    const receipt = `${message.id}/${this.#receipts++}`;
    entry.receipt = receipt;
    const untilMs = nowMs + leaseMs;
    this.#enter(entry, { kind: 'leased', sinceMs: nowMs, untilMs });
    this.#tell(message.receiveCount === 0 ? 'delivered' : 'redelivered', entry.message);
    return { message: entry.message, receipt, untilMs };
  }

  #moveIfDead(entry: Entry<Content>): boolean {
    const policy = this.#deadLetter;
    if (!policy || entry.message.receiveCount < policy.maximumReceives) return false;
    if (!policy.move(entry.message)) return false;
    this.#remove(entry);
    this.#tell('dead-lettered', entry.message);
    return true;
  }

  #remove(entry: Entry<Content>): void {
    const { lane, message, state } = entry;
    this.#entries.delete(message.id);
    this.#counts[state.kind]--;
    if (state.kind === 'leased') lane.leased--;
    else if (state.kind !== 'aside') lane.waiting.remove(entry);
    if (this.#ordered && lane.waiting.size === 0 && lane.leased === 0)
      this.#lanes.delete(message.group ?? '');
    this.#updateReady(lane);
  }

  #updateReady(lane: Lane<Content>): void {
    const blocked = this.#ordered && lane.leased > 0;
    if (!blocked && lane.waiting.first?.state.kind === 'visible') this.#ready.add(lane);
    else this.#ready.delete(lane);
  }

  #find(receipt: string): { entry?: Entry<Content>; outcome: LeaseOutcome } {
    const entry = this.#entries.get(receipt.slice(0, receipt.lastIndexOf('/')));
    if (!entry) return { outcome: 'gone' };
    if (entry.receipt !== receipt) return { entry, outcome: 'superseded' };
    return { entry, outcome: entry.state.kind === 'leased' ? 'done' : 'expired' };
  }

  /** Gives what has become available to those who wait for it. */
  #serve(): void {
    for (const waiter of this.#waiters) {
      if (this.#ready.size === 0 && waiter.group === undefined) continue;
      const leases = this.#take(waiter);
      if (leases.length === 0) continue;
      waiter.resolve(leases);
    }
    for (const listener of this.#readyListeners) listener();
  }

  #tell(kind: QueueEvent<Content>['kind'], message: QueuedMessage<Content>): void {
    const { timeline } = this.#course;
    const atMs = this.#clock.now();
    if (timeline.isWatched)
      timeline.record({
        atMs,
        kind,
        place: this.#name,
        subject: message.id,
        ...(message.receiveCount > 0 && { detail: `delivery ${message.receiveCount}` }),
      });
    if (this.#listeners.size === 0) return;
    const event: QueueEvent<Content> = { kind, message, atMs };
    for (const listener of this.#listeners) listener(event);
  }
}
