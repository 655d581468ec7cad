import { createHash } from 'node:crypto';
import { Problem } from '../http/problem.ts';

/** What a store keeps of one idempotent operation. */
export interface IdempotencyRecord {
  /** The scope and the caller's key, hashed: 43 characters of base64url, valid as a key in every store. */
  id: string;
  status: 'in-progress' | 'completed';
  /** Which attempt holds the lease. */
  owner: string;
  payloadHash: string;
  /** Until when an attempt in progress keeps others out, in milliseconds since the epoch. */
  leaseExpiresAtMs: number;
  /** From when the record counts for nothing, in milliseconds since the epoch. */
  expiresAtMs: number;
  /** The stored result as JSON text; present once completed. */
  result?: string;
}

/** A thin driver over a store with conditional writes. */
export interface IdempotencyStore {
  /**
   * Writes `record` if nothing live stands under its id, and returns `undefined`; otherwise returns what
   * stands there. Live is what `isLive` says; what is no longer live is taken over in the same atomic step.
   */
  begin(record: IdempotencyRecord, nowMs: number): Promise<IdempotencyRecord | undefined>;
  /** Stores the result, if `record.owner` still holds the record; returns whether it did. */
  complete(record: IdempotencyRecord): Promise<boolean>;
  /** Removes the record, if `record.owner` still holds it. */
  release(record: IdempotencyRecord): Promise<void>;
}

/** A record keeps others out while its attempt has its lease, and after that for as long as its result is kept. */
export function isLive(record: IdempotencyRecord, nowMs: number): boolean {
  if (record.expiresAtMs <= nowMs) return false;
  return record.status === 'completed' || record.leaseExpiresAtMs > nowMs;
}

/** The same key came with another payload: the caller reuses keys. */
export class IdempotencyKeyReused extends Problem {
  override name = 'IdempotencyKeyReused';
  constructor() {
    super(422, 'Idempotency Key Reused', {
      detail: 'This idempotency key was used with another request body. Use a new key for a new request.',
    });
  }
}

/** Another attempt with this key is under way. */
export class IdempotencyInProgress extends Problem {
  override name = 'IdempotencyInProgress';
  constructor(retryAfterSeconds: number) {
    super(409, 'Request In Progress', {
      detail: 'A request with this idempotency key is still being processed. Try again shortly.',
      headers: { 'retry-after': String(retryAfterSeconds) },
    });
  }
}

export interface IdempotencyOptions {
  store: IdempotencyStore;
  /** Name of the function or operation; equal keys of different scopes do not meet. */
  scope: string;
  now: () => number;
  /** A fresh unique text for each attempt. */
  newOwner: () => string;
  /** How long an attempt keeps others out: at least the function's timeout. */
  leaseMs: number;
  /** How long a result is replayed. Default: 24 hours. */
  retentionMs?: number;
}

export interface Idempotency {
  /**
   * Runs `work` at most once per key and replays its JSON result afterwards.
   *
   * A `work` that throws gives the key back, so that the caller may try again. A process that dies in
   * between keeps the key until its lease ends; `work` may then run a second time, so it has to make its own
   * effect repeatable (derive ids from the key, write conditionally).
   *
   * @throws IdempotencyKeyReused, IdempotencyInProgress
   */
  once<Result>(
    call: { key: string; payload: unknown },
    work: () => Promise<Result>,
  ): Promise<{ result: Result; replayed: boolean }>;
}

const dayMs = 24 * 60 * 60 * 1000;

export function createIdempotency(options: IdempotencyOptions): Idempotency {
  const { store, scope, now, newOwner, leaseMs, retentionMs = dayMs } = options;
  if (!(leaseMs > 0 && leaseMs <= retentionMs))
    throw new RangeError(`leaseMs (${leaseMs}) must be above 0 and at most retentionMs (${retentionMs}).`);
  return {
    async once<Result>(call: { key: string; payload: unknown }, work: () => Promise<Result>) {
      const nowMs = now();
      const record: IdempotencyRecord = {
        id: sha256(`${scope}\n${call.key}`),
        status: 'in-progress',
        owner: newOwner(),
        payloadHash: sha256(canonicalJson(call.payload)),
        leaseExpiresAtMs: nowMs + leaseMs,
        expiresAtMs: nowMs + retentionMs,
      };
      const standing = await store.begin(record, nowMs);
      if (standing) {
        if (standing.payloadHash !== record.payloadHash) throw new IdempotencyKeyReused();
        if (standing.status === 'in-progress') {
          throw new IdempotencyInProgress(Math.max(1, Math.ceil((standing.leaseExpiresAtMs - nowMs) / 1000)));
        }
        return { result: JSON.parse(standing.result ?? 'null') as Result, replayed: true };
      }
      let result: Result;
      try {
        result = await work();
      } catch (error) {
        // The caller needs to know why the work failed; a record that cannot be released is free when its lease ends.
        await store.release(record).catch(() => undefined);
        throw error;
      }
      await store.complete({ ...record, status: 'completed', result: JSON.stringify(result ?? null) });
      return { result, replayed: false };
    },
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** JSON with the members of every object in a fixed order: equal values give equal text. */
export function canonicalJson(value: unknown): string {
  return (
    JSON.stringify(value, (_key, member: unknown) =>
      typeof member === 'object' && member !== null && !Array.isArray(member)
        ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
        : member,
    ) ?? 'null'
  );
}
