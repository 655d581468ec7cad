import { expect, test } from 'vitest';
import { type Shipment, shipmentMessage, shipping } from './shipment.ts';

function worker() {
  const open = new Set<string>();
  const shipped = new Map<string, Shipment>();
  const { consume } = shipping({
    store: {
      isOpen: async (warehouse) => open.has(warehouse),
      open: async (warehouse) => void open.add(warehouse),
      async insert(record) {
        const before = shipped.get(record.orderId);
        if (!before) shipped.set(record.orderId, record);
        return before;
      },
    },
    skus: ['kettle'],
    now: () => 0,
  });
  const send = (body: object) => consume({ body: JSON.stringify(body), correlationId: 'c', redriveCount: 0 });
  return { send, shipped };
}

const order = { type: 'ship', orderId: 'o', warehouse: 'berlin', sku: 'kettle', quantity: 1 };
const opened = { type: 'warehouse-opened', warehouse: 'berlin' };

test('an order is shipped once', async () => {
  const { send, shipped } = worker();
  expect([await send(opened), await send(order), await send(order)]).toEqual([
    'opened',
    'shipped',
    'duplicate',
  ]);
  expect(shipped.size).toBe(1);
});

test('a closed warehouse may open, so the message may come again', async () => {
  await expect(worker().send(order)).rejects.toMatchObject({ name: 'WarehouseClosed' });
});

test.each([
  ['UnknownSku', { ...order, sku: 'ketle' }],
  ['InvalidMessage', { ...order, quantity: 0 }],
])('%s is permanent', async (reason, body) => {
  await expect(worker().send(body)).rejects.toMatchObject({ name: 'Permanent', reason });
});

test('an order id stands for one content', async () => {
  const { send } = worker();
  await send(opened);
  await send(order);
  await expect(send({ ...order, quantity: 2 })).rejects.toMatchObject({ reason: 'OrderIdReused' });
});

test('a redriven message tells when it was sent first', () => {
  const message = {
    id: 'm',
    body: '',
    source: 'q',
    correlationId: 'c',
    native: null,
    enqueuedAtMs: 86_400_000,
  };
  const attributes = { RedriveCount: '2', OriginalEnqueuedAt: '1970-01-01T00:00:00.000Z' };
  expect(shipmentMessage({ ...message, attributes })).toMatchObject({
    redriveCount: 2,
    orderedAt: '1970-01-01T00:00:00.000Z',
  });
  expect(shipmentMessage({ ...message, attributes: {} })).toMatchObject({
    redriveCount: 0,
    orderedAt: '1970-01-02T00:00:00.000Z',
  });
});
