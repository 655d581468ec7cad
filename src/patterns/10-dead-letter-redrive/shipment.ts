import * as z from 'zod';
import { originalEnqueuedAtAttribute } from '../../middleware/messaging/dead-letter.ts';
import { parseBody, type ReceivedMessage } from '../../middleware/messaging/message.ts';
import { Permanent } from '../../middleware/messaging/permanent.ts';
import { redriveCountOf } from './letter.ts';

/** What leaves a warehouse for an order. */
export interface Shipment {
  /** What the shop calls the order: the same in every message that means it. */
  orderId: string;
  warehouse: string;
  sku: string;
  quantity: number;
}

/** The effect of an order's message, with what the message carried. */
export interface ShipmentRecord extends Shipment {
  /** ISO 8601 */
  shippedAt: string;
  /** When the message was sent for the first time; ISO 8601. */
  orderedAt?: string;
  /** How often the message had been redriven. */
  redriveCount: number;
  correlationId: string;
  traceId?: string;
  group?: string;
}

export interface ShipmentStore {
  isOpen(warehouse: string): Promise<boolean>;
  open(warehouse: string, openedAt: string): Promise<void>;
  /** Writes the record unless the order has one; then gives that one and changes nothing. */
  insert(record: ShipmentRecord): Promise<Shipment | undefined>;
}

/** What the worker takes from a message, alike on every cloud. */
export interface ShipmentMessage {
  body: string;
  correlationId: string;
  redriveCount: number;
  orderedAt?: string;
  traceId?: string;
  group?: string;
}

const Name = z
  .string()
  .regex(/^[\w.-]{1,64}$/, 'must have 1 to 64 letters, digits, dots, hyphens or underscores');

const Body = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('ship'),
    orderId: Name,
    warehouse: Name,
    sku: Name,
    quantity: z.int().min(1).max(10_000),
  }),
  z.strictObject({ type: z.literal('warehouse-opened'), warehouse: Name }),
]);

/** Passes when the warehouse opens. */
export class WarehouseClosed extends Error {
  override name = 'WarehouseClosed';
}

/** Ships orders from messages that come at least once, each order once. */
export function shipping({
  store,
  skus,
  now,
}: {
  store: ShipmentStore;
  skus: Iterable<string>;
  now: () => number;
}) {
  const known = new Set(skus);
  return {
    /**
     * @throws Permanent `InvalidMessage`, `UnknownSku`, `OrderIdReused`
     * @throws WarehouseClosed: the message may come again
     */
    async consume({ body, ...carried }: ShipmentMessage): Promise<'shipped' | 'duplicate' | 'opened'> {
      const { type, ...message } = parseBody(Body, body);
      const nowText = new Date(now()).toISOString();
      if (!('orderId' in message)) {
        await store.open(message.warehouse, nowText);
        return 'opened';
      }
      if (!known.has(message.sku)) throw new Permanent('UnknownSku', `Nothing has the SKU ${message.sku}.`);
      if (!(await store.isOpen(message.warehouse)))
        throw new WarehouseClosed(`The warehouse ${message.warehouse} is not open.`);
      const before = await store.insert({ ...message, ...carried, shippedAt: nowText });
      if (!before) return 'shipped';
      const { warehouse, sku, quantity } = before;
      if (warehouse === message.warehouse && sku === message.sku && quantity === message.quantity)
        return 'duplicate';
      throw new Permanent('OrderIdReused', `Order ${message.orderId} was shipped with other contents.`);
    },
  };
}

/** What the worker takes from a message, on every cloud. */
export function shipmentMessage({
  body,
  attributes,
  correlationId,
  trace,
  group,
  enqueuedAtMs,
}: ReceivedMessage): ShipmentMessage {
  const orderedAt =
    attributes[originalEnqueuedAtAttribute] ??
    (enqueuedAtMs === undefined ? undefined : new Date(enqueuedAtMs).toISOString());
  return {
    body,
    correlationId,
    redriveCount: redriveCountOf(attributes),
    ...(orderedAt !== undefined && { orderedAt }),
    ...(trace && { traceId: trace.traceId }),
    ...(group !== undefined && { group }),
  };
}
