import { idFromText } from '../../middleware/http/idempotent-request.ts';
import { Problem } from '../../middleware/http/problem.ts';
import { canonicalJson, IdempotencyKeyReused } from '../../middleware/idempotency/idempotency.ts';
import { parseBody } from '../../middleware/messaging/message.ts';
import { Permanent } from '../../middleware/messaging/permanent.ts';
import { type Branch, branches } from './branches.ts';
import {
  type JoinRecord,
  type JoinStore,
  newRecord,
  type OrderStatus,
  statusOf,
  withResult,
} from './join.ts';
import { Order, OrderPlaced, routingAttributes } from './order.ts';

/** What those who wait for an order are told, once all its branches have reported. */
export interface OrderCompleted {
  id: string;
  completedAt: string;
  late: Branch[];
}

export interface Ports {
  store: JoinStore;
  now: () => number;
  newId: () => string;
  hash: (text: string) => string;
  /** Repeats what throws, with pauses, some times. */
  retry: <Result>(work: () => Promise<Result>) => Promise<Result>;
  /** Within what time after it was placed all branches of an order have to report. */
  deadlineMs: number;
  /** How long records are kept: longer than a copy of the event can live, in queues, among dead letters, after a redrive. */
  recordRetentionMs: number;
}

/** Another branch has written the same record at the same time. */
export class Conflict extends Error {
  override name = 'Conflict';
}

export interface FanOut {
  /**
   * Accepts an order and publishes it, to all branches at once. The same key again means the same order; it is published
   * again as long as no branch has reported, in case that the first attempt has died before it could.
   *
   * @param key what the client calls this request; without one every call is another order
   * @throws Problem 400 for an invalid order or key, 422 for a key that came with another order
   */
  place(
    key: string | undefined,
    input: unknown,
    publish: (event: OrderPlaced, attributes: Record<string, string>) => Promise<void>,
  ): Promise<{ id: string; replayed: boolean }>;
  /** @throws Problem 404 */
  status(id: string): Promise<OrderStatus>;
  /**
   * Does a branch's part for the event in a message and records the result, once however often the message comes. The
   * branch that was missing last announces the completion; it does so again when it comes again and has died in between.
   *
   * @throws Permanent `InvalidMessage`, `NotConcerned`, `IdReused`, and what the branch throws
   * @throws Conflict: the message may come again
   */
  report(
    branch: Branch,
    body: string,
    announce: (completed: OrderCompleted) => Promise<void>,
  ): Promise<{ kind: 'recorded' | 'duplicate'; isLate: boolean; completed: boolean }>;
}

/** One event for independent branches, and a record where their results meet. */
export function fanOut(ports: Ports): FanOut {
  const { store, now, newId, hash, retry, deadlineMs, recordRetentionMs } = ports;
  const hashOf = ({ customer, currency, delivery, payment, lines }: Order) =>
    hash(canonicalJson({ customer, currency, delivery, payment, lines }));
  const recordOf = (event: OrderPlaced) =>
    newRecord(event, {
      orderHash: hashOf(event),
      deadlineMs,
      expiresAtMs: now() + recordRetentionMs,
    });

  const record = async (branch: Branch, event: OrderPlaced) => {
    const standing = await store.get(event.id);
    const before = standing ?? recordOf(event);
    if (before.orderHash !== hashOf(event))
      throw new Permanent('IdReused', `Order ${event.id} came before with other contents.`);
    if (before.results[branch]) return { kind: 'duplicate' as const, record: before };
    const after = withResult(before, branch, branches[branch].work(event), now());
    // An order that somebody has published past the entrance has no record yet.
    const isWritten = standing ? await store.replace(after, standing.version) : await store.insert(after);
    if (!isWritten) throw new Conflict(`The record of order ${event.id} keeps changing.`);
    return { kind: 'recorded' as const, record: after };
  };

  return {
    async place(key, input, publish) {
      const order = parseOrder(input);
      const id = key === undefined ? newId() : idFromText(`order\n${checkedKey(key)}`);
      const fresh = recordOf({ ...order, id, placedAt: new Date(now()).toISOString() });
      const isNew = await store.insert(fresh);
      const standing = isNew ? fresh : await store.get(id);
      if (!standing) throw new Error(`The record of order ${id} has expired just now.`);
      if (standing.orderHash !== fresh.orderHash) throw new IdempotencyKeyReused();
      if (Object.keys(standing.results).length === 0)
        await publish({ ...order, id, placedAt: standing.placedAt }, routingAttributes(order));
      return { id, replayed: !isNew };
    },
    async status(id) {
      const standing = await store.get(id);
      if (!standing) throw new Problem(404, 'Order Not Found', { detail: `There is no order ${id}.` });
      return statusOf(standing, now());
    },
    async report(branch, body, announce) {
      const event = parseBody(OrderPlaced, body);
      if (!branches[branch].concerns(event))
        throw new Permanent('NotConcerned', `Order ${event.id} has nothing to do with ${branch}.`);
      const { kind, record: standing } = await retry(() => record(branch, event));
      const { id, completion, announcedAt, results, version } = standing;
      const completed = completion?.by === branch && announcedAt === undefined;
      if (completed) {
        await announce({ id, completedAt: completion.at, late: statusOf(standing, now()).late });
        const announced: JoinRecord = {
          ...standing,
          announcedAt: new Date(now()).toISOString(),
          version: version + 1,
        };
        // After the completion nothing else is written, so whoever was faster has written the same.
        await store.replace(announced, version);
      }
      return { kind, isLate: results[branch]?.isLate ?? false, completed };
    },
  };
}

function parseOrder(input: unknown): Order {
  const parsed = Order.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new Problem(400, 'Invalid Order', {
    detail: 'The order has invalid fields.',
    errors: parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })),
  });
}

function checkedKey(key: string): string {
  if (/^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw new Problem(400, 'Invalid Idempotency Key', {
    detail: 'Idempotency-Key must be 1 to 255 visible ASCII characters without spaces.',
  });
}
