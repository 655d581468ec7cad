import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Activity } from './activity.ts';
import { fastForwardClock } from './clock.ts';
import { FunctionPool } from './function-pool.ts';
import { instanceScript } from './instance-script.ts';
import { type TestBed, testBed } from './instance-test-bed.ts';
import { skipPauses } from './pauses.ts';
import { Processes } from './processes.ts';

/** Calls what a CommonJS file exports with what else the process has. */
const host = `
import { createRequire } from 'node:module';
import { openChannel } from ${JSON.stringify(fileURLToPath(new URL('instance-channel.ts', import.meta.url)))};
const channel = openChannel<{ file: string }>();
const handler = createRequire('/')(channel.hostOptions.file);
channel.listen((header) => {
  if (header.kind !== 'invoke') return;
  const { id } = header;
  const startedMs = performance.now();
  void handler().then((result: unknown) => {
    const durationMs = performance.now() - startedMs;
    channel.send({ kind: 'succeeded', id, durationMs, rssBytes: 1 }, Buffer.from(JSON.stringify(result)));
  });
});
channel.ready('hello');
`;

let bed: TestBed;
let close: (() => Promise<void>)[] = [];

beforeEach(() => {
  bed = testBed();
});

afterEach(async () => {
  for (const end of close) await end();
  close = [];
  bed.close();
});

/** Functions in time that can be skipped, one for each handler. */
function functions(...handlers: string[]) {
  const clock = fastForwardClock();
  const wallClock = fastForwardClock();
  const activity = new Activity();
  const processes = new Processes();
  const end = skipPauses({ clocks: [wallClock, clock], processes, activity });
  const pools = handlers.map((handler, index) => {
    const name = `f${index}`;
    const folder = bed.write(name, { 'index.cjs': handler, 'host.ts': host });
    return new FunctionPool(
      {
        name,
        hostScript: instanceScript(join(folder, 'host.ts'), bed.surroundings.cacheDirectory),
        hostOptions: { file: join(folder, 'index.cjs') },
        environment: {},
        workingDirectory: folder,
        nodeArguments: [],
        memoryMb: 512,
        freezeWhenIdle: false,
        network: { redirects: [] },
        timeoutMs: 900_000,
        initTimeoutsMs: [30_000],
        concurrencyPerInstance: 1,
        maximumInstances: 5,
        minimumInstances: 0,
        keepAliveMs: 3_600_000,
        whenBusy: { kind: 'reject' },
      },
      { ...bed.surroundings, clock, wallClock, virtualTime: true, processes },
    );
  });
  close.push(async () => {
    end();
    await Promise.all(pools.map((pool) => pool.close()));
    processes.close();
  });
  const call = (pool: FunctionPool | undefined) =>
    activity.run(async () => {
      const invocation = await pool?.invoke(Buffer.from('{}'));
      if (invocation?.outcome.kind !== 'succeeded') return { kind: invocation?.outcome.kind };
      const result: unknown = JSON.parse(invocation.outcome.payload.toString());
      return { result, durationMs: invocation.durationMs };
    });
  return { clock, wallClock, pools, call };
}

const minuteMs = 60_000;
const minutesSince = (startMs: number, nowMs: number) => Math.round((nowMs - startMs) / minuteMs);

it('takes the time of a wait as gone by, everywhere, and does not wait', async () => {
  const { clock, wallClock, pools, call } = functions(`
    module.exports = async () => {
      const startedMs = Date.now();
      await new Promise((resolve) => setTimeout(resolve, 5 * 60_000));
      return Date.now() - startedMs;
    };
  `);
  const [started, wallStarted, real] = [clock.now(), wallClock.now(), performance.now()];
  const { result, durationMs } = await call(pools[0]);
  expect(minutesSince(0, Number(result))).toBe(5);
  expect(minutesSince(0, Number(durationMs))).toBe(5);
  expect(minutesSince(started, clock.now())).toBe(5);
  expect(minutesSince(wallStarted, wallClock.now())).toBe(5);
  expect(performance.now() - real).toBeLessThan(minuteMs);
});

it('keeps the order of timers, in promises and with refresh too', async () => {
  const { pools, call } = functions(`
    const { setTimeout: wait } = require('node:timers/promises');
    const { promisify } = require('node:util');
    module.exports = async () => {
      const order = [];
      const postponed = setTimeout(() => order.push('never'), 20_000);
      await Promise.all([
        new Promise((resolve) => setTimeout(resolve, 40_000)).then(() => order.push('callback')),
        wait(10_000, 'promise').then((value) => { order.push(value); postponed.refresh(); }),
        promisify(setTimeout)(25_000, 'promisified').then((value) => { order.push(value); clearTimeout(postponed); }),
        wait(60_000, 'x', { signal: AbortSignal.abort() }).catch(({ name }) => order.push(name)),
      ]);
      return order;
    };
  `);
  expect((await call(pools[0])).result).toEqual(['AbortError', 'promise', 'promisified', 'callback']);
});

it('lets nobody sleep through the work of another', async () => {
  const { clock, pools, call } = functions(
    'module.exports = async () => { await new Promise((resolve) => setTimeout(resolve, 60_000)); return "slept"; };',
    'module.exports = async () => { const end = performance.now() + 400; while (performance.now() < end); return "worked"; };',
  );
  await Promise.all(pools.map((pool) => pool.prewarm(1)));
  const started = clock.now();
  const slept = call(pools[0]);
  expect((await call(pools[1])).result).toBe('worked');
  expect(minutesSince(started, clock.now())).toBe(0);
  expect((await slept).result).toBe('slept');
  expect(minutesSince(started, clock.now())).toBe(1);
});

it('stops at what falls due in the run, and ends what runs into its time limit', async () => {
  const { clock, pools, call } = functions('module.exports = () => new Promise(() => undefined);');
  const started = clock.now();
  let alarmMinutes: number | undefined;
  clock.after(2 * minuteMs, () => {
    alarmMinutes = minutesSince(started, clock.now());
  });
  expect(await call(pools[0])).toEqual({ kind: 'timedOut' });
  expect(alarmMinutes).toBe(2);
  expect(minutesSince(started, clock.now())).toBe(15);
});
