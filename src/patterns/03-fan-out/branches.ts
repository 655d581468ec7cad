import { Permanent } from '../../middleware/messaging/permanent.ts';
import type { Order, OrderPlaced } from './order.ts';

/** What a branch found out or did, as JSON. */
export type Finding = Record<string, unknown>;

interface BranchRules {
  /** Whether the branch has anything to do with an order; says the same as the filter of its subscription. */
  concerns(order: Order): boolean;
  /**
   * Does the branch's part. It may run again for the same order, when its result could not be recorded: what it calls
   * gets the order's id as the idempotency key.
   *
   * @throws Permanent what no repetition helps
   */
  work(order: OrderPlaced): Finding;
}

export const branchNames = ['inventory', 'invoice', 'notification'] as const;
export type Branch = (typeof branchNames)[number];

const largestQuantity = 10_000;
const invoicedCurrencies = ['CHF', 'EUR', 'GBP', 'USD'];

export const branches: Record<Branch, BranchRules> = {
  /** Reserves what is sent by post. */
  inventory: {
    concerns: ({ delivery }) => delivery === 'shipping',
    work({ lines }) {
      const quantities = new Map<string, number>();
      for (const { sku, quantity } of lines) quantities.set(sku, (quantities.get(sku) ?? 0) + quantity);
      for (const [sku, quantity] of quantities)
        if (quantity > largestQuantity)
          throw new Permanent('OutOfStock', `There are never ${quantity} pieces of ${sku}.`);
      return { reserved: [...quantities].map(([sku, quantity]) => ({ sku, quantity })) };
    },
  },
  /** Writes the invoice of those who pay by invoice. */
  invoice: {
    concerns: ({ payment }) => payment === 'invoice',
    work({ id, currency, lines }) {
      if (!invoicedCurrencies.includes(currency))
        throw new Permanent('UnsupportedCurrency', `Nobody here writes invoices in ${currency}.`);
      const totalCents = lines.reduce((sum, { quantity, unitCents }) => sum + quantity * unitCents, 0);
      return { number: `R-${id}`, totalCents, currency };
    },
  },
  /** Tells the customer, of every order. */
  notification: {
    concerns: () => true,
    work({ id, customer, lines }) {
      // RFC 2606: nobody has an address there.
      if (customer.endsWith('.invalid'))
        throw new Permanent('UndeliverableAddress', 'The domain of the address does not exist.');
      return { to: customer, subject: `Your order ${id} with ${lines.length} lines` };
    },
  },
};
