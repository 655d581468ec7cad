import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { virtualClock } from './clock.ts';
import { FunctionPool, type FunctionSpec, type PoolSurroundings } from './function-pool.ts';
import { instanceScript } from './instance-script.ts';
import { type TestBed, testBed } from './instance-test-bed.ts';

/** A platform in a nutshell: loads a CommonJS file and calls what it exports. */
const HOST = `
import { createRequire } from 'node:module';
import { describeError, openChannel } from ${JSON.stringify(fileURLToPath(new URL('instance-channel.ts', import.meta.url)))};
const channel = openChannel();
const acknowledgements = new Map<string, () => void>();
async function invoke(handler: any, id: string, payload: Buffer) {
  const measures = () => ({ id, durationMs: 1, rssBytes: process.memoryUsage.rss() });
  try {
    const stream = (text: string) => new Promise<void>((resolve) => {
      acknowledgements.set(id, resolve);
      channel.send({ kind: 'chunk', id }, Buffer.from(text));
    });
    const result = await handler(JSON.parse(payload.toString()), stream);
    channel.send({ kind: 'succeeded', ...measures() }, Buffer.from(JSON.stringify(result ?? null)));
  } catch (error) {
    channel.send({ kind: 'failed', ...measures(), error: describeError(error) });
  }
}
try {
  const handler = createRequire('/')((channel.hostOptions as { file: string }).file);
  channel.listen((header, payload) => {
    if (header.kind === 'acknowledge') acknowledgements.get(header.id)?.();
    if (header.kind === 'invoke') void invoke(handler, header.id, payload);
    if (header.kind === 'terminate') { console.log('terminating'); process.exit(0); }
  });
  channel.ready('hello');
} catch (error) {
  channel.send({ kind: 'initFailed', error: describeError(error) });
}
`;

let bed: TestBed;
const pools: FunctionPool[] = [];

beforeEach(() => {
  bed = testBed();
});

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
  bed.close();
});

function pool(
  handler: string,
  changes: Partial<FunctionSpec> = {},
  surroundings: Partial<PoolSurroundings> = {},
): FunctionPool {
  const folder = bed.write(`function-${pools.length}`, { 'index.cjs': handler, 'host.ts': HOST });
  const created = new FunctionPool(specOf(folder, changes), { ...bed.surroundings, ...surroundings });
  pools.push(created);
  return created;
}

function specOf(folder: string, changes: Partial<FunctionSpec>): FunctionSpec {
  return {
    name: 'orders',
    hostScript: instanceScript(join(folder, 'host.ts'), bed.surroundings.cacheDirectory),
    hostOptions: { file: join(folder, 'index.cjs') },
    environment: { GREETING: 'hello' },
    workingDirectory: folder,
    nodeArguments: [],
    memoryMb: 256,
    freezeWhenIdle: false,
    network: { redirects: [] },
    timeoutMs: 10_000,
    initTimeoutsMs: [10_000],
    concurrencyPerInstance: 1,
    maximumInstances: 2,
    minimumInstances: 0,
    keepAliveMs: 60_000,
    whenBusy: { kind: 'reject' },
    ...changes,
  };
}

const event = (value: unknown = {}) => Buffer.from(JSON.stringify(value));
const resultOf = (invocation: { outcome: { kind: string; payload?: Buffer } }) =>
  JSON.parse(String(invocation.outcome.payload));

describe('an invocation', () => {
  it('starts an instance, then reuses it', async () => {
    const orders = pool('let n = 0; module.exports = async (event) => ({ n: ++n, event })');
    const first = await orders.invoke(event({ a: 'ä' }));
    expect(first).toMatchObject({ coldStart: true, outcome: { kind: 'succeeded' }, failedStarts: [] });
    expect(first.initDurationMs).toBeGreaterThan(1);
    expect(first.maxMemoryUsedMb).toBeGreaterThan(10);
    expect(resultOf(first)).toEqual({ n: 1, event: { a: 'ä' } });
    const second = await orders.invoke(event());
    expect(second).toMatchObject({ coldStart: false, instanceId: first.instanceId });
    expect(second.initDurationMs).toBeUndefined();
    expect(resultOf(second).n).toBe(2);
  });

  it('finds the given environment and nothing of the machinery', async () => {
    const orders = pool(
      `module.exports = async () => ({
      env: { ...process.env }, execArgv: process.execArgv, send: typeof process.send,
      globals: Object.getOwnPropertySymbols(globalThis).map(String) })`,
      { instanceEnvironment: (id) => ({ ID: id }) },
    );
    const invocation = await orders.invoke(event());
    expect(resultOf(invocation)).toEqual({
      env: { GREETING: 'hello', ID: invocation.instanceId },
      execArgv: [],
      send: 'undefined',
      globals: ['Symbol(Symbol.toStringTag)'],
    });
  });

  it('reports what the handler throws and keeps the instance', async () => {
    const orders = pool(`module.exports = async (event) => { if (event.fail) throw new TypeError('no'); }`);
    const failed = await orders.invoke(event({ fail: true }));
    expect(failed.outcome).toMatchObject({ kind: 'failed', error: { type: 'TypeError', message: 'no' } });
    expect((await orders.invoke(event())).coldStart).toBe(false);
  });

  it('ends an endless loop at the timeout and starts afresh', async () => {
    const orders = pool(
      'module.exports = async (event) => { if (event.loop) for (;;); return process.pid; }',
      { timeoutMs: 300 },
    );
    const pid = resultOf(await orders.invoke(event()));
    const looping = await orders.invoke(event({ loop: true }));
    expect(looping).toMatchObject({ outcome: { kind: 'timedOut', afterMs: 300 }, durationMs: 300 });
    const next = await orders.invoke(event());
    expect(next.coldStart).toBe(true);
    expect(resultOf(next)).not.toBe(pid);
  });

  it('contains process.exit, with the last lines before it', async () => {
    const orders = pool(
      `module.exports = async () => { process.stdout.write('last words'); process.exit(3); }`,
    );
    const { outcome, logs } = await orders.invoke(event());
    expect(outcome).toEqual({ kind: 'crashed', cause: 'exit', exitCode: 3, signal: null });
    expect(logs.map((line) => line.text)).toEqual(['last words']);
  });

  it('contains an unhandled rejection as Node does', async () => {
    const orders = pool(`module.exports = () => new Promise(() => { Promise.reject(new Error('late')); })`);
    const { outcome, logs } = await orders.invoke(event());
    expect(outcome).toMatchObject({ kind: 'crashed', cause: 'exit', exitCode: 1 });
    expect(logs.map((line) => line.text)).toContain('Error: late');
  });

  it.skipIf(process.platform !== 'linux')('contains memory outside the heap', async () => {
    const orders = pool(
      'const kept = []; module.exports = async () => { for (;;) { kept.push(Buffer.alloc(5e6, 1)); await new Promise(setImmediate); } }',
    );
    const invocation = await orders.invoke(event());
    expect(invocation).toMatchObject({
      outcome: { kind: 'crashed', cause: 'out-of-memory' },
      maxMemoryUsedMb: 256,
    });
  });

  it('contains a full heap', async () => {
    const orders = pool('const kept = []; module.exports = async () => { for (;;) kept.push([1, 2, 3]); }', {
      nodeArguments: ['--max-old-space-size=20', '--max-semi-space-size=1'],
      memoryMb: 4_000,
    });
    expect((await orders.invoke(event())).outcome).toMatchObject({
      kind: 'crashed',
      cause: 'out-of-memory',
      signal: 'SIGABRT',
    });
  });
});

describe('output', () => {
  it('belongs to the invocation that wrote it, whatever its size', async () => {
    const orders = pool(`module.exports = async ({ n }) => {
      console.log('line ' + n); console.error('oops ' + n); process.stdout.write('ü'.repeat(300_000) + '\\nend ' + n); }`);
    await orders.invoke(event({ n: 1 }));
    const { logs, id } = await orders.invoke(event({ n: 2 }));
    const texts = (source: string) => logs.filter((line) => line.source === source).map((line) => line.text);
    expect(texts('stderr')).toEqual(['oops 2']);
    expect(texts('stdout').join('').replaceAll('ü', '')).toBe('line 2end 2');
    expect(texts('stdout').join('').match(/ü/g)).toHaveLength(300_000);
    expect(logs.every((line) => line.invocationId === id)).toBe(true);
  });

  it('of loading belongs to no invocation', async () => {
    const orders = pool(`console.log('loading'); module.exports = async () => {}`);
    expect((await orders.invoke(event())).logs).toEqual([]);
    expect(bed.logs).toMatchObject([{ text: 'loading', source: 'stdout' }]);
  });
});

describe('a handler that does not load', () => {
  it('fails the call after as many attempts as the platform makes', async () => {
    const orders = pool(`console.log('try'); throw new RangeError('bad start')`, {
      initTimeoutsMs: [10_000, 10_000],
    });
    const { outcome, failedStarts } = await orders.invoke(event());
    expect(outcome).toMatchObject({
      kind: 'initFailed',
      error: { type: 'RangeError', message: 'bad start' },
    });
    expect(failedStarts).toHaveLength(2);
    expect(bed.logs.filter((line) => line.text === 'try')).toHaveLength(2);
    expect(orders.instanceCount).toBe(0);
  });

  it('that exits or takes too long is told apart', async () => {
    expect((await pool('process.exit(7)').invoke(event())).outcome).toMatchObject({
      kind: 'crashed',
      exitCode: 7,
    });
    const slow = pool('for (;;);', { initTimeoutsMs: [200] });
    expect((await slow.invoke(event())).outcome).toMatchObject({ kind: 'timedOut', afterMs: 200 });
  });
});

describe('limits', () => {
  const WAIT = 'module.exports = ({ ms }) => new Promise((resolve) => setTimeout(resolve, ms, process.pid))';

  it('reject what is over them', async () => {
    const orders = pool(WAIT, { maximumInstances: 1 });
    const [first, second] = await Promise.all([
      orders.invoke(event({ ms: 50 })),
      orders.invoke(event({ ms: 50 })),
    ]);
    expect(first?.outcome.kind).toBe('succeeded');
    expect(second?.outcome).toEqual({
      kind: 'throttled',
      reason: 'orders runs 1 invocations at a time at most',
    });
  });

  it('queue what may wait, and refuse what waits too long', async () => {
    const orders = pool(WAIT, {
      maximumInstances: 1,
      whenBusy: { kind: 'queue', maximumWaiting: 2, maximumWaitMs: 400 },
    });
    await orders.prewarm(1);
    const kinds = await Promise.all(
      [300, 300, 10, 10].map(async (ms) => (await orders.invoke(event({ ms }))).outcome.kind),
    );
    expect(kinds).toEqual(['succeeded', 'succeeded', 'throttled', 'throttled']);
  });

  it('let many run in one instance where the platform does', async () => {
    const orders = pool(WAIT, { concurrencyPerInstance: 3, maximumInstances: 2 });
    const pids = await Promise.all(
      [1, 2, 3, 4].map(async () => resultOf(await orders.invoke(event({ ms: 100 })))),
    );
    expect(new Set(pids).size).toBe(2);
    expect(orders.instanceCount).toBe(2);
  });
});

describe('instances', () => {
  it('can be started ahead: the first call is not cold then', async () => {
    const orders = pool('module.exports = async () => 1');
    await orders.prewarm(2);
    expect(orders.instanceCount).toBe(2);
    expect((await orders.invoke(event())).coldStart).toBe(false);
  });

  it('are ended when idle too long, but for the minimum', async () => {
    const clock = virtualClock(0);
    const orders = pool('module.exports = async () => 1', { minimumInstances: 1 }, { clock });
    await orders.prewarm(2);
    clock.advance(59_999);
    expect(orders.instanceCount).toBe(2);
    clock.advance(60_001);
    expect(orders.instanceCount).toBe(1);
  });

  it('see the time of the run', async () => {
    const clock = virtualClock(Date.UTC(2031, 0, 1));
    const orders = pool(
      'const loaded = Date.now(); module.exports = async () => [loaded, Date.now(), +new Date(), new Date(5).getTime(), Date.UTC(2000, 1), new Date() instanceof Date]',
      {},
      { clock, virtualTime: true },
    );
    const at = Date.UTC(2031, 0, 1);
    const near = (value: number, expected: number) => expect(Math.abs(value - expected)).toBeLessThan(5_000);
    const [loaded, now, constructed, ...rest] = resultOf(await orders.invoke(event()));
    near(loaded, at);
    near(now, at);
    near(constructed, at);
    expect(rest).toEqual([5, Date.UTC(2000, 1), true]);
    clock.advance(86_400_000);
    near(resultOf(await orders.invoke(event()))[1], at + 86_400_000);
  });

  it.skipIf(process.platform === 'win32')(
    'stand still between calls where the platform stops them',
    async () => {
      const ticking =
        'let n = 0; setInterval(() => n++, 5); module.exports = async ({ ms }) => { await new Promise((resolve) => setTimeout(resolve, ms)); return n; }';
      const frozen = pool(ticking, { freezeWhenIdle: true });
      const before = resultOf(await frozen.invoke(event({ ms: 20 })));
      await sleep(1_000);
      expect(resultOf(await frozen.invoke(event({ ms: 0 }))) - before).toBeLessThan(100);
    },
  );

  it('are gone after close, and calls are refused', async () => {
    const orders = pool('module.exports = async () => process.pid');
    const pid = resultOf(await orders.invoke(event()));
    await orders.close();
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    expect((await orders.invoke(event())).outcome.kind).toBe('throttled');
  });

  it('may shut down by themselves within the grace', async () => {
    const orders = pool('module.exports = async () => 1');
    await orders.invoke(event());
    await orders.close(5_000);
    expect(bed.logs.at(-1)?.text).toBe('terminating');
  });

  it.skipIf(process.platform === 'win32')(
    'do not outlive a runner that is killed, even in an endless loop',
    async () => {
      const folder = bed.write('orphans', {
        'index.cjs':
          'module.exports = async ({ loop }) => { console.log("pid " + process.pid); if (loop) for (;;); }',
        'host.ts': HOST,
      });
      const own = (name: string) =>
        JSON.stringify(pathToFileURL(fileURLToPath(new URL(name, import.meta.url))).href);
      const runner = bed.write('runner', {
        'runner.mjs': `
        import { FunctionPool } from ${own('function-pool.ts')};
        import { testBed } from ${own('instance-test-bed.ts')};
        const bed = testBed({ onLog: (line) => console.log(line.text) });
        const spec = ${JSON.stringify(specOf(folder, { freezeWhenIdle: true }))};
        const pool = new FunctionPool(spec, bed.surroundings);
        await pool.invoke(Buffer.from('{}'));
        const other = new FunctionPool(spec, bed.surroundings);
        void other.invoke(Buffer.from('{"loop":true}'));
        setInterval(() => {}, 1000);`,
      });
      const child = spawn(process.execPath, [join(runner, 'runner.mjs')], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const pids: number[] = [];
      for await (const chunk of child.stdout) {
        pids.push(...[...String(chunk).matchAll(/pid (\d+)/g)].map(([, pid]) => Number(pid)));
        if (pids.length === 2) break;
      }
      child.kill('SIGKILL');
      const alive = () => pids.filter((pid) => isAlive(pid));
      for (let waited = 0; alive().length > 0 && waited < 5_000; waited += 20) await sleep(20);
      expect(alive()).toEqual([]);
    },
  );
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

it('streams an answer at the reader’s pace', async () => {
  const orders = pool(`module.exports = async (event, stream) => {
    const at = []; for (const text of ['a', 'b', 'c']) { await stream(text); at.push(Date.now()); } return at; }`);
  const chunks: string[] = [];
  const invocation = await orders.invoke(event(), {
    onChunk: async (chunk) => {
      chunks.push(String(chunk));
      await sleep(60);
    },
  });
  expect(chunks).toEqual(['a', 'b', 'c']);
  const [first, , third] = resultOf(invocation);
  expect(third - first).toBeGreaterThan(100);
});
