import * as z from 'zod';
import { canonicalJson } from '../../middleware/idempotency/idempotency.ts';
import { parseBody } from '../../middleware/messaging/message.ts';
import { Permanent } from '../../middleware/messaging/permanent.ts';

const Name = z
  .string()
  .regex(/^[\w.-]{1,64}$/, 'must have 1 to 64 letters, digits, dots, hyphens or underscores');

const OrderBody = z.strictObject({ id: Name, product: Name, quantity: z.int().min(1).max(1000) });

export interface Order extends z.output<typeof OrderBody> {
  /** Whose order it is: the message attribute `tenant`. */
  tenant: string;
  /** ISO 8601 */
  acceptedAt: string;
}

export interface OrderStore {
  /** Stores a new order; gives the one that stands under its id already. */
  insert(order: Order): Promise<Order | undefined>;
}

/**
 * Accepts the orders that messages describe, each once.
 *
 * @throws Permanent `InvalidMessage`, `IdReused`
 */
export function orderConsumer({ store, now }: { store: OrderStore; now: () => Date }) {
  return async ({
    body,
    attributes,
  }: {
    body: string;
    attributes: Readonly<Record<string, string>>;
  }): Promise<'accepted' | 'duplicate'> => {
    const order = parseBody(OrderBody, body);
    const { tenant } = attributes;
    if (!tenant) throw new Permanent('InvalidMessage', 'The message has no attribute tenant.');
    const standing = await store.insert({ ...order, tenant, acceptedAt: now().toISOString() });
    if (!standing) return 'accepted';
    const { acceptedAt: _, ...before } = standing;
    if (canonicalJson(before) === canonicalJson({ ...order, tenant })) return 'duplicate';
    throw new Permanent('IdReused', `Order ${order.id} came before with other contents.`);
  };
}
