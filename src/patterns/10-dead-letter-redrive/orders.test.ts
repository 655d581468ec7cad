import { describe, expect, test } from 'vitest';
import { type Order, orderConsumer } from './orders.ts';

function setUp() {
  const orders = new Map<string, Order>();
  const consume = orderConsumer({
    store: {
      async insert(order) {
        const standing = orders.get(order.id);
        if (!standing) orders.set(order.id, order);
        return standing;
      },
    },
    now: () => new Date('2026-01-02T03:04:05Z'),
  });
  return { orders, consume };
}

const order = { id: 'o-1', product: 'lamp', quantity: 3 };
const message = (body: unknown, attributes: Record<string, string> = { tenant: 'acme' }) => ({
  body: JSON.stringify(body),
  attributes,
});

describe('an order', () => {
  test('is accepted once', async () => {
    const { consume, orders } = setUp();
    expect(await consume(message(order))).toBe('accepted');
    expect(await consume(message(order))).toBe('duplicate');
    expect([...orders.values()]).toEqual([
      { ...order, tenant: 'acme', acceptedAt: '2026-01-02T03:04:05.000Z' },
    ]);
  });

  test('with an id that is taken is permanent', async () => {
    const { consume } = setUp();
    await consume(message(order));
    await expect(consume(message({ ...order, quantity: 4 }))).rejects.toMatchObject({ reason: 'IdReused' });
  });

  test.each([
    ['a quantity in words', message({ ...order, quantity: '3' })],
    ['no tenant', message(order, {})],
    ['an unknown member', message({ ...order, colour: 'red' })],
  ])('with %s is permanent', async (_, bad) => {
    await expect(setUp().consume(bad)).rejects.toMatchObject({ reason: 'InvalidMessage' });
  });
});
