import { type Idempotency, IdempotencyKeyReused } from '../idempotency/idempotency.ts';
import { Permanent } from './permanent.ts';

/**
 * Runs `work` once per key, for effects that cannot be committed together with the inbox mark: a call to another
 * system, a mail. `key` is what the sender calls the thing (an order id), not the platform's message id, which differs
 * from one sending to the next.
 *
 * A delivery that finds another one at work fails and comes again; one whose payload differs from the first is
 * permanent. When the process dies between effect and mark, `work` runs a second time, so it has to be repeatable: hand
 * the same key on to the other system. Where effect and mark live in one store, commit both in one transaction instead.
 *
 * @throws Permanent `KeyReused`; IdempotencyInProgress; whatever `work` throws
 */
export function idempotentMessages(idempotency: Idempotency) {
  return async function processOnce<Result>(
    key: string,
    payload: unknown,
    work: () => Promise<Result>,
  ): Promise<{ result: Result; replayed: boolean }> {
    try {
      return await idempotency.once({ key, payload }, work);
    } catch (error) {
      if (!(error instanceof IdempotencyKeyReused)) throw error;
      throw new Permanent('KeyReused', `The key ${key} came before with another payload.`, { cause: error });
    }
  };
}

const dayMs = 24 * 60 * 60 * 1000;

/**
 * How long a mark must be kept so that no copy of a message can outlive it: the message's time in the queue, its time
 * among the dead letters, its second time in the queue after a redrive, and a day for clocks and late senders.
 */
export function inboxRetentionMs(queue: { retentionDays: number; deadLetterRetentionDays: number }): number {
  return (2 * queue.retentionDays + queue.deadLetterRetentionDays + 1) * dayMs;
}
