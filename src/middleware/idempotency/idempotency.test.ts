import { describe, expect, test } from 'vitest';
import { canonicalJson, createIdempotency, type IdempotencyRecord } from './idempotency.ts';
import { memoryIdempotencyStore } from './memory.ts';

function setUp() {
  const records = new Map<string, IdempotencyRecord>();
  const store = memoryIdempotencyStore(records);
  const time = { ms: 1_000_000 };
  let owners = 0;
  const idempotency = createIdempotency({
    store,
    scope: 'orders',
    now: () => time.ms,
    newOwner: () => `owner-${owners++}`,
    leaseMs: 30_000,
    retentionMs: 3_600_000,
  });
  let runs = 0;
  const work = async () => ({ run: ++runs });
  return { store, records, time, idempotency, work, runs: () => runs };
}

const call = { key: 'k', payload: { amount: 1 } };

describe('once', () => {
  test('runs the work once and replays its result', async () => {
    const { idempotency, work, runs } = setUp();
    expect(await idempotency.once(call, work)).toEqual({ result: { run: 1 }, replayed: false });
    expect(await idempotency.once(call, work)).toEqual({ result: { run: 1 }, replayed: true });
    expect(runs()).toBe(1);
  });

  test('the same key with another payload is refused', async () => {
    const { idempotency, work } = setUp();
    await idempotency.once(call, work);
    await expect(idempotency.once({ key: 'k', payload: { amount: 2 } }, work)).rejects.toMatchObject({
      status: 422,
    });
  });

  test('a second attempt while the first runs is told to wait, and for how long', async () => {
    const { idempotency, work, time } = setUp();
    const first = Promise.withResolvers<{ run: number }>();
    const running = idempotency.once(call, () => first.promise);
    time.ms += 10_000;
    await expect(idempotency.once(call, work)).rejects.toMatchObject({
      status: 409,
      headers: { 'retry-after': '20' },
    });
    first.resolve({ run: 7 });
    expect((await running).result).toEqual({ run: 7 });
    expect(await idempotency.once(call, work)).toEqual({ result: { run: 7 }, replayed: true });
  });

  test('work that throws gives the key back', async () => {
    const { idempotency, work, records } = setUp();
    await expect(idempotency.once(call, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(records.size).toBe(0);
    expect((await idempotency.once(call, work)).replayed).toBe(false);
  });

  test('why the work failed is told even when the key cannot be given back', async () => {
    const { store, idempotency } = setUp();
    store.release = () => Promise.reject(new Error('store is down'));
    await expect(idempotency.once(call, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  });

  test('a lease that outlives its record is refused', () => {
    const options = { store: memoryIdempotencyStore(), scope: 's', now: () => 0, newOwner: () => 'o' };
    expect(() => createIdempotency({ ...options, leaseMs: 2, retentionMs: 1 })).toThrow(RangeError);
    expect(() => createIdempotency({ ...options, leaseMs: 0 })).toThrow('leaseMs (0)');
  });

  test('an attempt that died is taken over when its lease ends, and cannot write afterwards', async () => {
    const { idempotency, work, time, records } = setUp();
    const dead = Promise.withResolvers<{ run: number }>();
    const zombie = idempotency.once(call, () => dead.promise);
    time.ms += 30_001;
    expect((await idempotency.once(call, work)).result).toEqual({ run: 1 });
    dead.resolve({ run: 99 });
    await zombie;
    expect([...records.values()][0]?.result).toBe('{"run":1}');
  });

  test('a result is replayed only as long as it is kept', async () => {
    const { idempotency, work, time } = setUp();
    await idempotency.once(call, work);
    time.ms += 3_600_000;
    expect(await idempotency.once(call, work)).toEqual({ result: { run: 2 }, replayed: false });
  });

  test('equal keys of other scopes do not meet', async () => {
    const { store, work } = setUp();
    const of = (scope: string) =>
      createIdempotency({ store, scope, now: () => 0, newOwner: () => scope, leaseMs: 1000 });
    await of('a').once(call, work);
    expect((await of('b').once(call, work)).replayed).toBe(false);
  });
});

test('canonicalJson gives equal text for equal values', () => {
  expect(canonicalJson({ b: [1, { d: 1, c: 2 }], a: null })).toBe('{"a":null,"b":[1,{"c":2,"d":1}]}');
  expect(canonicalJson(undefined)).toBe('null');
});
