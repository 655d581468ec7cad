import { type AuditLine, type Outcome, sha256, type WriteAudit } from './audit.ts';
import { causeText } from './cause-groups.ts';
import type { DeadLetter, DeadLetterQueue, Destination, HeldLetter } from './dead-letter.ts';
import { type Change, changedBody } from './edit.ts';
import type { Filter } from './filter.ts';
import { type PaceClock, pause } from './pace.ts';
import { RedriveError, textOf } from './redrive-error.ts';

export interface RedriveOptions {
  action: 'redrive' | 'purge';
  to: string | undefined;
  filter: Filter;
  /** Messages per second. */
  rate: number;
  limit: number;
  maximumRedrives: number;
  dryRun: boolean;
  changes: readonly Change[];
  /** Bodies that somebody has edited, by the key of the letter. When given, no other letter is touched. */
  edits: ReadonlyMap<string, Buffer> | undefined;
  /** Whether messages may reach subscriptions of a topic that have processed them already. */
  acceptsFanOut: boolean;
  who: AuditLine['who'];
}

export interface RedrivePorts {
  clock: PaceClock;
  audit: WriteAudit;
  signal: AbortSignal;
  progress(summary: RedriveSummary): void;
}

export interface RedriveSummary {
  seen: number;
  outcomes: Record<Outcome, number>;
  /** Letters that were asked for and left, by why. */
  left: Record<string, number>;
  failures: { key: string; detail: string }[];
  /** Why the run ended before all letters were seen. */
  stopped?: 'limit' | 'interrupted' | 'failures';
}

/** So many in a row mean that something is wrong with more than a message. */
const maximumFailuresInARow = 3;
/** Messages are taken so many at a time, and wait for their turn no longer than this: Service Bus locks for a minute. */
const maximumBatch = 10;
const maximumHoldSeconds = 10;

/**
 * Sends dead letters back, one by one: each is sent first and removed then, so that none is lost; a crash in between
 * leaves a duplicate. What is not redriven is put back.
 *
 * @throws Error when letters cannot be taken or put back
 */
export async function redrive(
  queue: DeadLetterQueue,
  options: RedriveOptions,
  ports: RedrivePorts,
): Promise<RedriveSummary> {
  const run = new RedriveRun(queue, options, ports);
  try {
    return await run.all();
  } finally {
    await queue.release();
  }
}

type Decision =
  | { kind: 'pass' }
  | { kind: 'leave'; why: string }
  | { kind: 'go'; body: Buffer; to?: Destination };

class RedriveRun {
  readonly #queue: DeadLetterQueue;
  readonly #options: RedriveOptions;
  readonly #ports: RedrivePorts;
  readonly #startedAtMs: number;
  /** Messages that this run has sent: one that comes back died again. */
  readonly #sentIds = new Set<string>();
  readonly #summary: RedriveSummary = {
    seen: 0,
    outcomes: {
      redriven: 0,
      'sent-not-removed': 0,
      purged: 0,
      'would-redrive': 0,
      'would-purge': 0,
      left: 0,
      failed: 0,
    },
    left: {},
    failures: [],
  };
  #failuresInARow = 0;

  constructor(queue: DeadLetterQueue, options: RedriveOptions, ports: RedrivePorts) {
    this.#queue = queue;
    this.#options = options;
    this.#ports = ports;
    this.#startedAtMs = ports.clock.now();
  }

  async all(): Promise<RedriveSummary> {
    const { signal } = this.#ports;
    const { rate, limit } = this.#options;
    const count = Math.min(limit, (await this.#queue.count()) ?? limit);
    const durationMs = (Math.min(count, 1_000_000) / rate) * 1000;
    const batch = Math.min(maximumBatch, Math.max(1, Math.floor(rate * maximumHoldSeconds)));
    for await (const held of this.#queue.take({ durationMs, batch, signal })) {
      if (!signal.aborted) await this.#one(held);
      const stopped = this.#stopped();
      if (!stopped) continue;
      this.#summary.stopped = stopped;
      break;
    }
    if (signal.aborted) this.#summary.stopped = 'interrupted';
    return this.#summary;
  }

  #stopped(): RedriveSummary['stopped'] {
    if (this.#ports.signal.aborted) return 'interrupted';
    if (this.#failuresInARow >= maximumFailuresInARow) return 'failures';
    return this.#handled() >= this.#options.limit ? 'limit' : undefined;
  }

  #handled(): number {
    const {
      redriven,
      purged,
      'would-redrive': wouldRedrive,
      'would-purge': wouldPurge,
    } = this.#summary.outcomes;
    return redriven + purged + wouldRedrive + wouldPurge + this.#summary.outcomes['sent-not-removed'];
  }

  async #one(held: HeldLetter): Promise<void> {
    const { letter } = held;
    this.#summary.seen++;
    const decision = await this.#decide(letter);
    if (decision.kind === 'pass') return;
    if (decision.kind === 'leave') {
      this.#summary.left[decision.why] = (this.#summary.left[decision.why] ?? 0) + 1;
      this.#record(letter, 'left', { detail: decision.why });
      return;
    }
    const { action, dryRun } = this.#options;
    const details: Partial<AuditLine> = {
      ...(decision.to && { to: decision.to.name }),
      ...(!decision.body.equals(letter.body) && {
        edited: { before: sha256(letter.body), after: sha256(decision.body) },
      }),
    };
    if (dryRun) {
      this.#record(letter, action === 'purge' ? 'would-purge' : 'would-redrive', details);
      return;
    }
    const { clock, signal } = this.#ports;
    const sentAtMs = clock.now();
    await this.#carryOut(held, decision, details);
    // Before the next is taken, so that none is held meanwhile.
    if (!this.#stopped()) await pause(clock, { sentAtMs, perSecond: this.#options.rate }, signal);
  }

  async #decide(letter: DeadLetter): Promise<Decision> {
    const { filter, edits, changes, action, to, maximumRedrives, acceptsFanOut } = this.#options;
    if (edits && !edits.has(letter.key)) return { kind: 'pass' };
    if (!filter(letter, this.#startedAtMs)) return { kind: 'pass' };
    if (action === 'purge') return { kind: 'go', body: letter.body };
    if (this.#cameBack(letter)) return { kind: 'leave', why: 'it died again in this run' };
    if (letter.redriveCount >= maximumRedrives)
      return { kind: 'leave', why: `it was redriven ${letter.redriveCount} times already (--max-redrives)` };
    try {
      const destination = await this.#queue.destinationOf(letter, to);
      if (destination.alsoReaches.length > 0 && !acceptsFanOut)
        return {
          kind: 'leave',
          why: `${destination.name} would deliver it to ${destination.alsoReaches.join(', ')} as well: say --yes, or --to`,
        };
      const body = changedBody(edits?.get(letter.key) ?? letter.body, changes);
      return { kind: 'go', body, to: destination };
    } catch (error) {
      if (!(error instanceof RedriveError)) throw error;
      return { kind: 'leave', why: error.message };
    }
  }

  /** The platform keeps the id of a message that it dead-letters; the middleware writes it on the dead letter. */
  #cameBack({ messageId, attributes: { DeadLetterMessageId } }: DeadLetter): boolean {
    return (
      this.#sentIds.has(messageId) ||
      (DeadLetterMessageId !== undefined && this.#sentIds.has(DeadLetterMessageId))
    );
  }

  async #carryOut(
    held: HeldLetter,
    { body, to }: Extract<Decision, { kind: 'go' }>,
    details: Partial<AuditLine>,
  ): Promise<void> {
    const { letter } = held;
    let sent: { newMessageId?: string } = {};
    try {
      if (to) {
        const redrivenAt = new Date(this.#ports.clock.now());
        const redriveCount = letter.redriveCount + 1;
        const newMessageId = await held.send({ to, body, redriveCount, redrivenAt });
        this.#sentIds.add(newMessageId);
        sent = { newMessageId };
      }
      await held.remove();
      this.#failuresInARow = 0;
      this.#record(letter, to ? 'redriven' : 'purged', { ...details, ...sent });
    } catch (error) {
      this.#failuresInARow++;
      const detail = textOf(error);
      this.#summary.failures.push({ key: letter.key, detail });
      const outcome = sent.newMessageId === undefined ? 'failed' : 'sent-not-removed';
      this.#record(letter, outcome, { ...details, ...sent, detail });
    }
  }

  #record(letter: DeadLetter, outcome: Outcome, details: Partial<AuditLine>): void {
    this.#summary.outcomes[outcome]++;
    this.#ports.audit({
      time: new Date(this.#ports.clock.now()).toISOString(),
      who: this.#options.who,
      outcome,
      from: this.#queue.name,
      oldMessageId: letter.messageId,
      cause: causeText(letter),
      redriveCount: letter.redriveCount,
      dryRun: this.#options.dryRun,
      ...details,
    });
    this.#ports.progress(this.#summary);
  }
}
