import * as z from 'zod';
import { Problem } from '../../middleware/http/problem.ts';
import {
  causeOf,
  type DeadLetter,
  originalEnqueuedAt,
  redriveCountOf,
  redrivenAtMs,
  redrivenAttributes,
} from './letter.ts';

export interface DeadLetterQueue<Native> {
  /** Looks at up to `maximum` letters and leaves them where they are. */
  look(maximum: number): Promise<DeadLetter<Native>[]>;
  /** Takes up to `maximum` letters; nobody else gets them until they are released, or the hold runs out. */
  take(maximum: number): Promise<DeadLetter<Native>[]>;
  release(letters: readonly DeadLetter<Native>[]): Promise<void>;
  delete(letter: DeadLetter<Native>): Promise<void>;
  /**
   * Sends the letter to the queue that it came from, as it was but for body and text attributes, and gives the new
   * message's id.
   *
   * @throws DoesNotFit when the platform cannot carry all of it
   */
  send(letter: DeadLetter<Native>, body: string, attributes: Record<string, string>): Promise<string>;
}

/** A message cannot be sent again without losing something of it. */
export class DoesNotFit extends Error {
  override name = 'DoesNotFit';
}

/** What was done with one dead letter, by whom and why. */
export interface AuditRecord {
  /** `<redriveId>:<letterId>` */
  id: string;
  redriveId: string;
  letterId: string;
  /** Whoever called, as the platform has authenticated them. */
  by: string;
  /** ISO 8601 */
  at: string;
  cause: string;
  description: string;
  correlationId?: string;
  redriveCount: number;
  /** ISO 8601 */
  enqueuedAt: string;
  /**
   * `started`: somebody set about sending it, and whether it was sent is not known, because the run ended or the queue
   * did not answer. It stands in the dead-letter queue or in the queue, or in both.
   */
  outcome: 'started' | 'redriven' | 'parked';
  newMessageId?: string;
  /** Names of the fields of the body that were given other values. */
  repaired?: string[];
  /** What stood in the dead-letter queue, of letters that were changed or parked. */
  body?: string;
  attributes?: Record<string, string>;
  group?: string;
  /** Why it was parked. */
  reason?: string;
}

export interface AuditTrail {
  /** Writes a record, in place of the one with its id. */
  write(record: AuditRecord): Promise<void>;
}

export interface Ports<Native> {
  queue: DeadLetterQueue<Native>;
  audit: AuditTrail;
  now: () => number;
  newId: () => string;
  sleep: (durationMs: number) => Promise<unknown>;
  /** A message that comes back after so many redrives is parked. */
  maximumRedrives: number;
  maximumRatePerSecond: number;
  deadLetterRetentionDays: number;
}

const Repair = z.record(z.string().min(1).max(64), z.union([z.string().max(1024), z.number(), z.boolean()]));

const RedriveRequest = z.strictObject({
  /** Cause of the letters to redrive; `*` for all. */
  cause: z.string().min(1).max(1024),
  limit: z.int().min(1).max(10_000).default(100),
  ratePerSecond: z.number().min(0.1).default(5),
  dryRun: z.boolean().default(false),
  /** Values for fields of the body, which has to be a JSON object. */
  set: Repair.optional(),
});

export interface Summary {
  redriveId: string;
  dryRun: boolean;
  redriven: number;
  parked: number;
  /** Letters that were asked for and stay: they could not be sent, repaired or parked. */
  failed: number;
  byCause: Record<string, number>;
  durationMs: number;
  /** Whether every letter of the cause that could be seen was dealt with. */
  complete: boolean;
  /** The request that goes on from here: send it as it is. Absent when nothing is left to do. */
  next?: z.infer<typeof RedriveRequest>;
}

export interface CauseGroup {
  cause: string;
  count: number;
  /** When the oldest was first sent; ISO 8601. */
  oldestSentAt: string;
  /** How long the one that expires first has been waiting here. */
  oldestAgeSeconds: number;
  /** When the first of them is lost unless somebody acts; ISO 8601. */
  expiresAt: string;
  highestRedriveCount: number;
  example: { id: string; description: string; body: string };
}

const dayMs = 86_400_000;
const mostAtATime = 10;
const mostFailuresInARow = 3;
const mostSeen = 1000;

/** Lets the owner of the runbook look at dead letters, repair them and send them back at a bearable rate. */
export function triage<Native>(ports: Ports<Native>) {
  const { queue, now } = ports;
  return {
    /** Dead letters by cause, the most frequent first. */
    async list(): Promise<{ seen: number; complete: boolean; groups: CauseGroup[] }> {
      const letters = await queue.look(mostSeen);
      return {
        seen: letters.length,
        complete: letters.length < mostSeen,
        groups: groupsOf(letters, now(), ports.deadLetterRetentionDays * dayMs),
      };
    },

    /**
     * Sends letters of one cause back, one at a time: an audit record first, then the message, then the letter is
     * deleted. Whatever ends it in between leaves the letter, so that nothing is lost and at worst a message is sent
     * twice.
     *
     * @param timeMs how long it may take
     * @throws Problem 400
     */
    async redrive(input: unknown, by: string, timeMs: number): Promise<Summary> {
      const request = RedriveRequest.safeParse(input);
      if (!request.success)
        throw new Problem(400, 'Bad Request', {
          detail: 'Fields of the redrive are wrong.',
          errors: request.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })),
        });
      const { data } = request;
      if (data.ratePerSecond > ports.maximumRatePerSecond)
        throw new Problem(400, 'Bad Request', {
          detail: `The worker bears at most ${ports.maximumRatePerSecond} messages per second.`,
        });
      const run = new Redrive(ports, data, by, timeMs);
      return data.dryRun ? run.preview() : run.all();
    },
  };
}

class Redrive<Native> {
  readonly #ports: Ports<Native>;
  readonly #request: z.infer<typeof RedriveRequest>;
  readonly #by: string;
  readonly #startedAtMs: number;
  readonly #untilMs: number;
  readonly #summary: Summary;
  #nextSlotMs: number;
  #failuresInARow = 0;

  constructor(ports: Ports<Native>, request: z.infer<typeof RedriveRequest>, by: string, timeMs: number) {
    this.#ports = ports;
    this.#request = request;
    this.#by = by;
    this.#startedAtMs = ports.now();
    this.#untilMs = this.#startedAtMs + timeMs;
    this.#nextSlotMs = this.#startedAtMs;
    this.#summary = {
      redriveId: ports.newId(),
      dryRun: request.dryRun,
      redriven: 0,
      parked: 0,
      failed: 0,
      byCause: {},
      durationMs: 0,
      complete: false,
    };
  }

  /** What `all` would do. */
  async preview(): Promise<Summary> {
    const letters = (await this.#ports.queue.look(mostSeen)).filter((letter) => this.#isWanted(letter));
    for (const letter of letters.slice(0, this.#request.limit)) {
      if (this.#isWornOut(letter)) this.#summary.parked++;
      else if (this.#bodyOf(letter) === undefined) this.#summary.failed++;
      else this.#summary.redriven++;
      this.#count(letter);
    }
    return this.#finish(letters.length <= this.#request.limit);
  }

  async all(): Promise<Summary> {
    const { queue } = this.#ports;
    const { limit, ratePerSecond } = this.#request;
    // What is not wanted stays held until the end: a queue would hand it out again and again.
    const aside: DeadLetter<Native>[] = [];
    let isEmpty = false;
    try {
      while (!isEmpty && !this.#isOver()) {
        // No more than can be sent in the time that a queue holds them.
        const most = Math.min(mostAtATime, Math.max(1, Math.floor(ratePerSecond * 10)), limit - this.#done());
        const letters = await queue.take(most);
        isEmpty = letters.length === 0 || aside.length >= mostSeen;
        for (const letter of letters) {
          const isDone = this.#isWanted(letter) && !this.#isOver() && (await this.#one(letter));
          if (!isDone) aside.push(letter);
        }
      }
    } finally {
      await queue.release(aside);
    }
    return this.#finish(isEmpty);
  }

  #isOver(): boolean {
    return (
      this.#ports.now() >= this.#untilMs ||
      this.#done() >= this.#request.limit ||
      this.#failuresInARow >= mostFailuresInARow
    );
  }

  #done(): number {
    return this.#summary.redriven + this.#summary.parked;
  }

  #isWanted(letter: DeadLetter): boolean {
    // What was sent back since this began and has died again is for the next redrive, when somebody has seen it.
    if (redrivenAtMs(letter.attributes) >= this.#startedAtMs) return false;
    return this.#request.cause === '*' || this.#request.cause === causeOf(letter).reason;
  }

  #isWornOut({ attributes }: DeadLetter): boolean {
    return redriveCountOf(attributes) >= this.#ports.maximumRedrives;
  }

  /** The body with its repair; `undefined` when it is none that can be repaired. */
  #bodyOf({ body }: DeadLetter): string | undefined {
    const { set } = this.#request;
    if (!set) return body;
    try {
      const value: unknown = JSON.parse(body);
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
      return JSON.stringify({ ...value, ...set });
    } catch {
      return undefined;
    }
  }

  /** Gives whether the letter is out of the dead-letter queue. */
  async #one(letter: DeadLetter<Native>): Promise<boolean> {
    try {
      const body = this.#bodyOf(letter);
      if (this.#isWornOut(letter)) await this.#park(letter, 'MaxRedrives');
      else if (body === undefined) {
        this.#summary.failed++;
        return false;
      } else if (!(await this.#send(letter, body))) return false;
      this.#count(letter);
      this.#failuresInARow = 0;
      return true;
    } catch {
      this.#failuresInARow++;
      this.#summary.failed++;
      return false;
    }
  }

  async #send(letter: DeadLetter<Native>, body: string): Promise<boolean> {
    const { queue, audit, now } = this.#ports;
    await this.#pace();
    if (now() >= this.#untilMs) return false;
    const { set } = this.#request;
    const record = {
      ...this.#record(letter, 'started'),
      ...(set && { repaired: Object.keys(set), body: letter.body }),
    };
    await audit.write(record);
    try {
      const newMessageId = await queue.send(letter, body, redrivenAttributes(letter, now()));
      await audit.write({ ...record, outcome: 'redriven', newMessageId });
    } catch (error) {
      if (!(error instanceof DoesNotFit)) throw error;
      await this.#park(letter, error.message);
      return true;
    }
    await queue.delete(letter);
    this.#summary.redriven++;
    return true;
  }

  /** Keeps the whole letter in the audit trail, where nothing expires. */
  async #park(letter: DeadLetter<Native>, reason: string): Promise<void> {
    const { body, attributes, group } = letter;
    await this.#ports.audit.write({
      ...this.#record(letter, 'parked'),
      reason,
      body,
      attributes: { ...attributes },
      ...(group !== undefined && { group }),
    });
    await this.#ports.queue.delete(letter);
    this.#summary.parked++;
  }

  #record(letter: DeadLetter, outcome: AuditRecord['outcome']): AuditRecord {
    const { reason, description } = causeOf(letter);
    const { redriveId } = this.#summary;
    const { correlationId } = letter.attributes;
    return {
      id: `${redriveId}:${letter.id}`,
      redriveId,
      letterId: letter.id,
      by: this.#by,
      at: new Date(this.#ports.now()).toISOString(),
      cause: reason,
      description,
      ...(correlationId !== undefined && { correlationId }),
      redriveCount: redriveCountOf(letter.attributes),
      enqueuedAt: originalEnqueuedAt(letter),
      outcome,
    };
  }

  /** Returns when the next may go. Time that was not used is not made up for. */
  async #pace(): Promise<void> {
    const nowMs = this.#ports.now();
    const slotMs = Math.max(nowMs, this.#nextSlotMs);
    this.#nextSlotMs = slotMs + 1000 / this.#request.ratePerSecond;
    if (slotMs > nowMs) await this.#ports.sleep(Math.min(slotMs, this.#untilMs) - nowMs);
  }

  #count(letter: DeadLetter): void {
    const { reason } = causeOf(letter);
    const { byCause } = this.#summary;
    byCause[reason] = (byCause[reason] ?? 0) + 1;
  }

  #finish(sawAll: boolean): Summary {
    const summary = this.#summary;
    summary.durationMs = this.#ports.now() - this.#startedAtMs;
    summary.complete = sawAll && summary.failed === 0;
    const limit = this.#request.limit - this.#done();
    if (!summary.complete && limit > 0) summary.next = { ...this.#request, limit };
    return summary;
  }
}

function groupsOf(letters: readonly DeadLetter[], nowMs: number, retentionMs: number): CauseGroup[] {
  const groups = Map.groupBy(letters, (letter) => causeOf(letter).reason);
  return [...groups]
    .map(([cause, [first, ...others]]): CauseGroup | undefined => {
      if (!first) return undefined;
      const members = [first, ...others];
      const oldest = members.reduce((one, other) => (other.enqueuedAtMs < one.enqueuedAtMs ? other : one));
      return {
        cause,
        count: members.length,
        oldestSentAt: members.map(originalEnqueuedAt).sort()[0] ?? originalEnqueuedAt(first),
        oldestAgeSeconds: Math.max(0, Math.round((nowMs - oldest.enqueuedAtMs) / 1000)),
        expiresAt: new Date(oldest.enqueuedAtMs + retentionMs).toISOString(),
        highestRedriveCount: Math.max(...members.map(({ attributes }) => redriveCountOf(attributes))),
        example: {
          id: oldest.id,
          description: causeOf(oldest).description,
          body: oldest.body.slice(0, 1024),
        },
      };
    })
    .filter((group) => group !== undefined)
    .sort((one, other) => other.count - one.count || one.cause.localeCompare(other.cause));
}
