import type { Clock } from '../../engine/clock.ts';
import type { Random } from '../../engine/random.ts';
import { GrpcError } from '../grpc-server.ts';
import type { Database, StoredDocument } from './database.ts';
import type { WireTransactionOptions } from './messages.ts';
import { type Micros, microsOf } from './micros.ts';
import type { Query } from './query.ts';
import { runQuery } from './query-run.ts';

/** A transaction reads from one snapshot. When it writes, all that it read must still be so at the commit. */
export interface Transaction {
  readonly token: Buffer;
  readonly database: Database;
  readonly isReadOnly: boolean;
  readonly readTime: Micros;
  readonly startedAtMs: number;
  usedAtMs: number;
  readonly reads: Map<string, { collection: string; id: string; seen: StoredDocument | undefined }>;
  readonly queries: { query: Query; seen: string }[];
}

/** https://cloud.google.com/firestore/quotas#writes_and_transactions */
const maxLifetimeMs = 270_000;
const maxIdleMs = 60_000;

export class Transactions {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #open = new Map<string, Transaction>();

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  begin(database: Database, options: WireTransactionOptions | undefined): Transaction {
    const nowMs = this.#clock.now();
    const at = options?.readOnly?.readTime && microsOf(options.readOnly.readTime);
    if (at !== undefined) database.checkReadTime(at);
    const transaction: Transaction = {
      token: Buffer.from(this.#random.text(32), 'hex'),
      database,
      isReadOnly: options?.readOnly !== undefined,
      readTime: at ?? database.readTime(),
      startedAtMs: nowMs,
      usedAtMs: nowMs,
      reads: new Map(),
      queries: [],
    };
    this.#forgetExpired(nowMs);
    this.#open.set(transaction.token.toString('hex'), transaction);
    return transaction;
  }

  /** @throws INVALID_ARGUMENT when it ended, expired or belongs to another database */
  get(token: Uint8Array, database: Database): Transaction {
    const nowMs = this.#clock.now();
    const transaction = this.#open.get(Buffer.from(token).toString('hex'));
    if (!transaction || transaction.database !== database || isExpired(transaction, nowMs)) {
      throw new GrpcError(
        'INVALID_ARGUMENT',
        'The referenced transaction has expired or is no longer valid.',
      );
    }
    transaction.usedAtMs = nowMs;
    return transaction;
  }

  /** Ends it, whatever its outcome. */
  end({ token }: Transaction): void {
    this.#open.delete(token.toString('hex'));
  }

  #forgetExpired(nowMs: number): void {
    // The oldest stand first.
    for (const [key, transaction] of this.#open) {
      if (nowMs - transaction.startedAtMs <= maxLifetimeMs) return;
      this.#open.delete(key);
    }
  }
}

const isExpired = ({ startedAtMs, usedAtMs }: Transaction, nowMs: number): boolean =>
  nowMs - startedAtMs > maxLifetimeMs || nowMs - usedAtMs > maxIdleMs;

export function rememberRead(
  transaction: Transaction | undefined,
  collection: string,
  id: string,
  seen: StoredDocument | undefined,
): void {
  if (transaction && !transaction.isReadOnly) {
    transaction.reads.set(`${collection}/${id}`, { collection, id, seen });
  }
}

export function rememberQuery(
  transaction: Transaction | undefined,
  query: Query,
  documents: readonly StoredDocument[],
): void {
  if (transaction && !transaction.isReadOnly) {
    transaction.queries.push({ query, seen: fingerprint(documents) });
  }
}

/** @throws ABORTED when something that the transaction read has changed since; the SDKs then try again */
export function checkUnchanged({ database, reads, queries }: Transaction): void {
  for (const { collection, id, seen } of reads.values()) {
    if (database.get(collection, id)?.updateTime !== seen?.updateTime) throw contention();
  }
  for (const { query, seen } of queries) {
    if (fingerprint(runQuery(database, query).documents) !== seen) throw contention();
  }
}

const contention = (): GrpcError =>
  new GrpcError('ABORTED', 'Too much contention on these documents. Please try again.');

const fingerprint = (documents: readonly StoredDocument[]): string =>
  documents.map(({ collection, id, updateTime }) => `${collection}/${id}@${updateTime}`).join('\n');
