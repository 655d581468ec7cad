import * as z from 'zod';

const Line = z.strictObject({
  sku: z.string().regex(/^[\w.-]{1,40}$/, 'must have 1 to 40 letters, digits, dots, hyphens or underscores'),
  quantity: z.int().min(1).max(1_000_000),
  unitCents: z.int().min(0).max(100_000_000),
});

/** What a customer orders. */
export const Order = z.strictObject({
  customer: z.email().max(254),
  /** ISO 4217 */
  currency: z.string().regex(/^[A-Z]{3}$/, 'must be a currency code such as EUR'),
  delivery: z.enum(['shipping', 'download']),
  payment: z.enum(['card', 'invoice']),
  lines: z.array(Line).min(1).max(50),
});

/** The event that every branch gets a copy of. */
export const OrderPlaced = Order.extend({
  id: z.string().regex(/^[\w.-]{1,64}$/, 'must have 1 to 64 letters, digits, dots, hyphens or underscores'),
  placedAt: z.iso.datetime(),
});

export type Order = z.output<typeof Order>;
export type OrderPlaced = z.output<typeof OrderPlaced>;

/**
 * What the subscriptions' filters read. Filters see the attributes of a message and not its body, so whoever publishes
 * has to set them.
 */
export function routingAttributes({ delivery, payment }: Order): Record<'delivery' | 'payment', string> {
  return { delivery, payment };
}
