import { describe, expect, test } from 'vitest';
import { type Branch, branchNames } from './branches.ts';
import { Conflict, fanOut, type OrderCompleted } from './core.ts';
import type { JoinRecord, JoinStore } from './join.ts';
import type { OrderPlaced } from './order.ts';

const startMs = Date.parse('2026-01-02T03:04:05Z');

function setUp() {
  const records = new Map<string, JoinRecord>();
  const published: { event: OrderPlaced; attributes: Record<string, string> }[] = [];
  const announced: OrderCompleted[] = [];
  const state = { nowMs: startMs, refusedWrites: 0, announces: true, publishes: true };
  const store: JoinStore = {
    get: async (id) => records.get(id),
    async insert(record) {
      if (records.has(record.id)) return false;
      records.set(record.id, record);
      return true;
    },
    async replace(record, expectedVersion) {
      if (state.refusedWrites-- > 0) return false;
      if (records.get(record.id)?.version !== expectedVersion) return false;
      records.set(record.id, record);
      return true;
    },
  };
  const orders = fanOut({
    store,
    now: () => state.nowMs,
    newId: () => crypto.randomUUID(),
    hash: (text) => text,
    retry: (work) => work().catch(() => work()),
    deadlineMs: 60_000,
    recordRetentionMs: 1_000_000,
  });
  return {
    records,
    published,
    announced,
    state,
    status: orders.status,
    place: (key: string | undefined, input: unknown) =>
      orders.place(key, input, async (event, attributes) => {
        if (!state.publishes) throw new Error('down');
        published.push({ event, attributes });
      }),
    report: (branch: Branch, event: unknown) =>
      orders.report(branch, JSON.stringify(event), async (completed) => {
        if (!state.announces) throw new Error('down');
        announced.push(completed);
      }),
  };
}

const order = {
  customer: 'anna@example.com',
  currency: 'EUR',
  delivery: 'shipping',
  payment: 'invoice',
  lines: [
    { sku: 'lamp', quantity: 2, unitCents: 1500 },
    { sku: 'bulb', quantity: 1, unitCents: 250 },
  ],
};
const placed = { ...order, id: 'o-1', placedAt: '2026-01-02T03:04:05Z' };

describe('place', () => {
  test('records which branches have to report, and publishes what the filters read', async () => {
    const { place, published, status } = setUp();
    const { id, replayed } = await place('k', order);
    expect(replayed).toBe(false);
    expect(published).toEqual([
      {
        event: { ...order, id, placedAt: '2026-01-02T03:04:05.000Z' },
        attributes: { delivery: 'shipping', payment: 'invoice' },
      },
    ]);
    expect(await status(id)).toMatchObject({ state: 'pending', missing: branchNames });
  });

  test('the same key is the same order; it is published again until a branch has reported', async () => {
    const { place, published, report, state } = setUp();
    state.publishes = false;
    await expect(place('k', order)).rejects.toThrow('down');
    state.publishes = true;
    state.nowMs += 1000;
    const { id, replayed } = await place('k', order);
    expect(replayed).toBe(true);
    expect(published[0]?.event.placedAt).toBe('2026-01-02T03:04:05.000Z');
    await report('invoice', published[0]?.event);
    expect((await place('k', order)).id).toBe(id);
    expect(published).toHaveLength(1);
  });

  test('without a key every call is an order', async () => {
    const { place } = setUp();
    expect((await place(undefined, order)).id).not.toBe((await place(undefined, order)).id);
  });

  test.each([
    ['k', { ...order, currency: 'euro' }, 400],
    ['k', { ...order, lines: [] }, 400],
    ['not visible', order, 400],
    ['used', { ...order, currency: 'USD' }, 422],
  ])('refuses %s %o', async (key, input, status) => {
    const { place, published } = setUp();
    await place('used', order);
    await expect(place(key, input)).rejects.toMatchObject({ status });
    expect(published).toHaveLength(1);
  });
});

describe('report', () => {
  test('the last result completes the order and announces it', async () => {
    const { report, status, announced } = setUp();
    expect(await report('invoice', placed)).toEqual({ kind: 'recorded', isLate: false, completed: false });
    await report('notification', placed);
    expect(announced).toEqual([]);
    expect(await report('inventory', placed)).toEqual({ kind: 'recorded', isLate: false, completed: true });
    expect(announced).toEqual([{ id: 'o-1', completedAt: '2026-01-02T03:04:05.000Z', late: [] }]);
    expect(await status('o-1')).toMatchObject({
      state: 'completed',
      missing: [],
      results: {
        inventory: {
          finding: {
            reserved: [
              { sku: 'lamp', quantity: 2 },
              { sku: 'bulb', quantity: 1 },
            ],
          },
        },
        invoice: { finding: { totalCents: 3250, currency: 'EUR' } },
        notification: { finding: { to: 'anna@example.com' } },
      },
    });
  });

  test('a duplicate counts for nothing, and announces nothing again', async () => {
    const { report, status, announced, records } = setUp();
    await report('invoice', placed);
    const { version } = records.get('o-1') as JoinRecord;
    expect((await report('invoice', placed)).kind).toBe('duplicate');
    expect(records.get('o-1')?.version).toBe(version);
    expect((await status('o-1')).missing).toEqual(['inventory', 'notification']);
    for (const branch of [...branchNames, ...branchNames]) await report(branch, placed);
    expect(announced).toHaveLength(1);
  });

  test('a branch that dies before it has announced does so when its message comes again', async () => {
    const { report, announced, state } = setUp();
    const download = { ...placed, delivery: 'download', payment: 'card' };
    state.announces = false;
    await expect(report('notification', download)).rejects.toThrow('down');
    state.announces = true;
    expect(await report('notification', download)).toMatchObject({ kind: 'duplicate', completed: true });
    expect(announced).toHaveLength(1);
  });

  test('only the branches that an order concerns are waited for', async () => {
    const { report, status } = setUp();
    const download = { ...placed, delivery: 'download', payment: 'card' };
    await report('notification', download);
    expect(await status('o-1')).toMatchObject({ state: 'completed', expected: ['notification'] });
    await expect(report('invoice', download)).rejects.toMatchObject({ reason: 'NotConcerned' });
  });

  test('what is missing at the deadline is named; what comes afterwards is late', async () => {
    const { report, status, state, announced } = setUp();
    for (const branch of ['inventory', 'notification'] as const) await report(branch, placed);
    state.nowMs += 60_000;
    expect(await status('o-1')).toMatchObject({ state: 'pending' });
    state.nowMs += 1;
    expect(await status('o-1')).toMatchObject({ state: 'incomplete', missing: ['invoice'], late: [] });
    expect((await report('invoice', placed)).isLate).toBe(true);
    expect(await status('o-1')).toMatchObject({ state: 'completed', missing: [], late: ['invoice'] });
    expect(announced[0]?.late).toEqual(['invoice']);
  });

  test('two branches that write at the same time are both recorded', async () => {
    const { report, status, state } = setUp();
    await report('invoice', placed);
    state.refusedWrites = 1;
    await report('inventory', placed);
    expect((await status('o-1')).missing).toEqual(['notification']);
    state.refusedWrites = 2;
    await expect(report('notification', placed)).rejects.toBeInstanceOf(Conflict);
  });

  test.each<[Branch, object, string]>([
    ['inventory', { lines: [{ sku: 'lamp', quantity: 10_001, unitCents: 1 }] }, 'OutOfStock'],
    ['invoice', { currency: 'XTS' }, 'UnsupportedCurrency'],
    ['notification', { customer: 'anna@shop.invalid' }, 'UndeliverableAddress'],
    ['invoice', { lines: 3 }, 'InvalidMessage'],
  ])('%s refuses %o for good', async (branch, change, reason) => {
    const { report, records } = setUp();
    await expect(report(branch, { ...placed, ...change })).rejects.toMatchObject({ reason });
    expect(records.size).toBe(0);
  });

  test('the same id with another order is permanent', async () => {
    const { report } = setUp();
    await report('invoice', placed);
    await expect(report('inventory', { ...placed, currency: 'USD' })).rejects.toMatchObject({
      reason: 'IdReused',
    });
  });
});

test('an unknown order is not found', async () => {
  await expect(setUp().status('o-1')).rejects.toMatchObject({ status: 404 });
});
