import { describe, expect, test } from 'vitest';
import { createSecrets, type SecretVersion } from './secrets.ts';

function setUp() {
  const time = { ms: 1_000_000 };
  const state = { version: 1, fetches: 0, isDown: false };
  let held: PromiseWithResolvers<void> | undefined;
  const secrets = createSecrets({
    now: () => time.ms,
    ttlMs: 60_000,
    graceMs: 600_000,
    minimumRefreshMs: 10_000,
    store: {
      async fetch(name): Promise<SecretVersion> {
        state.fetches++;
        await held?.promise;
        if (state.isDown) throw new Error('vault is down');
        return { value: `${name}-${state.version}`, version: String(state.version) };
      },
    },
  });
  return {
    time,
    state,
    secrets,
    hold: () => {
      held = Promise.withResolvers();
      return held;
    },
  };
}

class Rejected extends Error {}
const isRejected = (error: unknown) => error instanceof Rejected;

describe('get', () => {
  test('asks the store again only when the value is old', async () => {
    const { secrets, state, time } = setUp();
    await secrets.get('db');
    state.version = 2;
    time.ms += 59_999;
    expect(await secrets.get('db')).toBe('db-1');
    time.ms += 1;
    expect(await secrets.get('db')).toBe('db-2');
    expect(state.fetches).toBe(2);
  });

  test('calls at the same time share one fetch', async () => {
    const { secrets, state, hold } = setUp();
    const store = hold();
    const values = Promise.all([secrets.get('db'), secrets.get('db'), secrets.get('mail')]);
    store.resolve();
    expect(await values).toEqual(['db-1', 'db-1', 'mail-1']);
    expect(state.fetches).toBe(2);
  });

  test('a fetch that failed is not kept', async () => {
    const { secrets, state } = setUp();
    state.isDown = true;
    await expect(secrets.get('db')).rejects.toThrow('vault is down');
    state.isDown = false;
    expect(await secrets.get('db')).toBe('db-1');
  });

  test('while the store is down the old value serves, but not for ever', async () => {
    const { secrets, state, time } = setUp();
    await secrets.get('db');
    state.isDown = true;
    time.ms += 300_000;
    expect(await secrets.get('db')).toBe('db-1');
    time.ms += 360_000;
    await expect(secrets.get('db')).rejects.toThrow('vault is down');
  });
});

describe('use', () => {
  test('a value that was rotated away is replaced and the work repeated once', async () => {
    const { secrets, state, time } = setUp();
    await secrets.get('db');
    state.version = 2;
    time.ms += 20_000;
    const tried: string[] = [];
    const result = await secrets.use('db', isRejected, async (value) => {
      tried.push(value);
      if (value === 'db-1') throw new Rejected();
      return 'connected';
    });
    expect(result).toBe('connected');
    expect(tried).toEqual(['db-1', 'db-2']);
    expect(await secrets.get('db')).toBe('db-2');
  });

  test('without a newer version the rejection stands, and the store is not asked again and again', async () => {
    const { secrets, state, time } = setUp();
    await secrets.get('db');
    time.ms += 20_000;
    const fail = () => secrets.use('db', isRejected, () => Promise.reject(new Rejected('wrong password')));
    for (let count = 0; count < 5; count++) await expect(fail()).rejects.toThrow('wrong password');
    expect(state.fetches).toBe(2);
  });

  test('the rejection is what is told when the store is down', async () => {
    const { secrets, state, time } = setUp();
    await secrets.get('db');
    time.ms += 20_000;
    state.isDown = true;
    await expect(
      secrets.use('db', isRejected, () => Promise.reject(new Rejected('wrong password'))),
    ).rejects.toThrow('wrong password');
  });

  test('other errors do not lead to the store', async () => {
    const { secrets, state } = setUp();
    await expect(secrets.use('db', isRejected, () => Promise.reject(new Error('timeout')))).rejects.toThrow(
      'timeout',
    );
    expect(state.fetches).toBe(1);
  });
});
