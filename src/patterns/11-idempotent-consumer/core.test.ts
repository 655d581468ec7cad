import { describe, expect, test } from 'vitest';
import {
  type Applied,
  Conflict,
  InsufficientFunds,
  type LedgerStore,
  ledgerConsumer,
  type Mark,
  type Transfer,
} from './core.ts';

/** Keeps all in memory; the results in `instead` come first. */
function memoryLedger(instead: Applied[] = []) {
  const balances = new Map<string, number>();
  const marks = new Map<string, Mark>();
  const store: LedgerStore = {
    async apply({ from, to, amountCents }, mark, mayOverdraw) {
      const next = instead.shift();
      if (next) return next;
      const standing = marks.get(mark.transferId);
      if (standing) return { kind: 'duplicate', payloadHash: standing.payloadHash };
      if (!mayOverdraw && (balances.get(from) ?? 0) < amountCents) return { kind: 'insufficient-funds' };
      balances.set(from, (balances.get(from) ?? 0) - amountCents);
      balances.set(to, (balances.get(to) ?? 0) + amountCents);
      marks.set(mark.transferId, mark);
      return { kind: 'applied' };
    },
  };
  return { balances, marks, store };
}

function setUp(instead: Applied[] = []) {
  const ledger = memoryLedger(instead);
  const consumer = ledgerConsumer({
    store: ledger.store,
    now: () => Date.parse('2026-01-02T03:04:05Z'),
    hash: (text) => text,
    retry: async (work) => work().catch(() => work()),
    markRetentionMs: 1000,
  });
  return { ...ledger, consume: (transfer: unknown) => consumer.consume(JSON.stringify(transfer)), consumer };
}

const deposit: Transfer = { id: 't-1', ledger: 'main', from: 'external.bank', to: 'anna', amountCents: 500 };

describe('consume', () => {
  test('moves the money and marks it, until nobody can send it again', async () => {
    const { consume, balances, marks } = setUp();
    expect(await consume(deposit)).toBe('applied');
    expect(Object.fromEntries(balances)).toEqual({ 'external.bank': -500, anna: 500 });
    expect(marks.get('t-1')).toMatchObject({
      ledger: 'main',
      appliedAt: '2026-01-02T03:04:05.000Z',
      expiresAtMs: Date.parse('2026-01-02T03:04:06Z'),
    });
  });

  test('a second delivery changes nothing, however its JSON is written', async () => {
    const { consume, consumer, balances } = setUp();
    await consume(deposit);
    const { id, ...rest } = deposit;
    expect(await consumer.consume(JSON.stringify({ ...rest, id }, null, 2))).toBe('duplicate');
    expect(balances.get('anna')).toBe(500);
  });

  test('the same id with other contents is permanent', async () => {
    const { consume, balances } = setUp();
    await consume(deposit);
    await expect(consume({ ...deposit, amountCents: 501 })).rejects.toMatchObject({ reason: 'IdReused' });
    expect(balances.get('anna')).toBe(500);
  });

  test('what is not there yet cannot be sent on, and leaves no mark', async () => {
    const { consume, marks } = setUp();
    const payment = { ...deposit, from: 'anna', to: 'ben' };
    await expect(consume(payment)).rejects.toBeInstanceOf(InsufficientFunds);
    expect(marks.size).toBe(0);
    await consume({ ...deposit, id: 't-0' });
    expect(await consume(payment)).toBe('applied');
  });

  test('a conflict is tried again; one that stays is transient', async () => {
    const { consume, balances } = setUp([{ kind: 'conflict' }]);
    expect(await consume(deposit)).toBe('applied');
    expect(balances.get('anna')).toBe(500);
    const hopeless = setUp([{ kind: 'conflict' }, { kind: 'conflict' }]);
    await expect(hopeless.consume(deposit)).rejects.toBeInstanceOf(Conflict);
  });

  test.each([
    ['an unknown field', { ...deposit, note: 'x' }],
    ['no amount', { ...deposit, amountCents: 0 }],
    ['a fraction of a cent', { ...deposit, amountCents: 0.5 }],
    ['a transfer to itself', { ...deposit, to: deposit.from }],
    ['a name that a store could not keep', { ...deposit, id: 'a/b' }],
    ['no object', []],
  ])('%s is permanent', async (_, transfer) => {
    const { consume, marks } = setUp();
    await expect(consume(transfer)).rejects.toMatchObject({ reason: 'InvalidMessage' });
    expect(marks.size).toBe(0);
  });

  test('what is not JSON is permanent', async () => {
    await expect(setUp().consumer.consume('{')).rejects.toMatchObject({ reason: 'InvalidMessage' });
  });
});
