import * as z from 'zod';
import { canonicalJson } from '../../middleware/idempotency/idempotency.ts';
import { parseBody } from '../../middleware/messaging/message.ts';
import { Permanent } from '../../middleware/messaging/permanent.ts';

/** Money that moves from one account of a ledger to another. */
export interface Transfer {
  /** What the sender calls this transfer: the same in every message that means it, unique within the ledger. */
  id: string;
  ledger: string;
  from: string;
  to: string;
  /** A whole number of cents, above 0. */
  amountCents: number;
}

/** The inbox's note that a transfer has taken effect. */
export interface Mark {
  ledger: string;
  transferId: string;
  payloadHash: string;
  /** ISO 8601 */
  appliedAt: string;
  /** Milliseconds since the epoch; from then on nobody can send the transfer again. */
  expiresAtMs: number;
}

export type Applied =
  | { kind: 'applied' }
  /** There is a mark already: the transfer has had its effect. */
  | { kind: 'duplicate'; payloadHash: string }
  /** `from` does not hold the amount. */
  | { kind: 'insufficient-funds' }
  /** Somebody else has changed the same accounts at the same time. */
  | { kind: 'conflict' };

/** Where balances and marks are kept. */
export interface LedgerStore {
  /**
   * Changes both balances and writes the mark in one atomic step, or does nothing at all. Accounts come into being with
   * their first transfer. `mayOverdraw` lets the balance of `from` fall below zero.
   */
  apply(transfer: Transfer, mark: Mark, mayOverdraw: boolean): Promise<Applied>;
}

export interface Ports {
  store: LedgerStore;
  now: () => number;
  hash: (text: string) => string;
  /** Repeats what throws, with pauses, some times. */
  retry: <Result>(work: () => Promise<Result>) => Promise<Result>;
  /** How long marks are kept: longer than a message can live, in the queue, among dead letters and after a redrive. */
  markRetentionMs: number;
}

export interface LedgerConsumer {
  /**
   * Books the transfer that a message describes, whether the message comes once or many times.
   *
   * @throws Permanent `InvalidMessage`, `IdReused`
   * @throws Conflict, InsufficientFunds: the message may come again
   */
  consume(body: string): Promise<'applied' | 'duplicate'>;
}

const Name = z
  .string()
  .regex(/^[\w.-]{1,64}$/, 'must have 1 to 64 letters, digits, dots, hyphens or underscores');

const TransferBody = z
  .strictObject({
    id: Name,
    ledger: Name,
    from: Name,
    to: Name,
    amountCents: z.int().min(1).max(1_000_000_000_000),
  })
  .refine(({ from, to }) => from !== to, { path: ['to'], message: 'must be another account than from' });

/** Accounts of the world outside, where money comes from and goes to, have this beginning and any balance. */
export const externalPrefix = 'external.';

/** Others keep changing the same accounts. */
export class Conflict extends Error {
  override name = 'Conflict';
}

/** Passes as soon as the money arrives, which may be in a message that is still on its way: queues keep no order. */
export class InsufficientFunds extends Error {
  override name = 'InsufficientFunds';
}

/** Books transfers from messages that come at least once, each exactly once. */
export function ledgerConsumer({ store, now, hash, retry, markRetentionMs }: Ports): LedgerConsumer {
  const applyOnce = async (transfer: Transfer, payloadHash: string) => {
    const nowMs = now();
    const mark: Mark = {
      ledger: transfer.ledger,
      transferId: transfer.id,
      payloadHash,
      appliedAt: new Date(nowMs).toISOString(),
      expiresAtMs: nowMs + markRetentionMs,
    };
    const applied = await store.apply(transfer, mark, transfer.from.startsWith(externalPrefix));
    if (applied.kind === 'conflict')
      throw new Conflict(`The accounts of transfer ${transfer.id} keep changing.`);
    return applied;
  };
  return {
    async consume(body) {
      const transfer = parseBody(TransferBody, body);
      const payloadHash = hash(canonicalJson(transfer));
      const applied = await retry(() => applyOnce(transfer, payloadHash));
      switch (applied.kind) {
        case 'applied':
          return 'applied';
        case 'duplicate':
          if (applied.payloadHash === payloadHash) return 'duplicate';
          throw new Permanent('IdReused', `Transfer ${transfer.id} was booked with other contents.`);
        case 'insufficient-funds':
          throw new InsufficientFunds(`${transfer.from} does not hold ${transfer.amountCents} cents.`);
      }
    },
  };
}
