import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createCertificateAuthority } from '../../engine/certificate-authority.ts';
import { realClock } from '../../engine/clock.ts';
import { type TestBed, testBed } from '../../engine/instance-test-bed.ts';
import type { WireResponse } from '../../engine/wire.ts';
import type { LogEntry } from './log-entry.ts';
import { type CloudRunFunction, CloudRunRuntime, type RequestReport } from './runtime.ts';

let bed: TestBed;
const runtimes: CloudRunRuntime[] = [];
const entries: LogEntry[] = [];
const reports: RequestReport[] = [];

beforeEach(() => {
  bed = testBed();
  entries.length = 0;
  reports.length = 0;
});
afterEach(async () => {
  await Promise.all(runtimes.splice(0).map((runtime) => runtime.close()));
  bed.close();
});

function service(code: string, changes: Partial<CloudRunFunction> = {}): CloudRunRuntime {
  const directory = bed.write(`code-${runtimes.length}`, {
    'index.js': `const functions = require('@google-cloud/functions-framework');\n${code}`,
    'package.json': '{"main":"index.js"}',
  });
  const created = new CloudRunRuntime(
    {
      name: 'orders',
      revision: 'orders-00001-abc',
      directory,
      entryPoint: 'main',
      signature: 'http',
      environment: { TOPIC: 'orders' },
      memoryMb: 512,
      timeoutMs: 10_000,
      concurrencyPerInstance: 80,
      maximumInstances: 2,
      minimumInstances: 0,
      cpuOnlyDuringRequests: true,
      ...changes,
    },
    {
      ...bed.surroundings,
      network: { redirects: [] },
      trustCertificateFile: createCertificateAuthority(bed.directory, realClock).certificateFile,
      frameworkDirectory: fileURLToPath(new URL('.', import.meta.url)),
      onLogEntry: (entry) => void entries.push(entry),
      onRequest: (report) => void reports.push(report),
    },
  );
  runtimes.push(created);
  return created;
}

const send = (runtime: CloudRunRuntime, target: string, body = '', headers: Record<string, string> = {}) =>
  runtime.invoke({
    method: 'POST',
    host: 'orders-x.a.run.app',
    path: target.split('?')[0] ?? '/',
    query: target.split('?')[1] ?? '',
    headers: { host: 'orders-x.a.run.app', ...headers },
    body: Buffer.from(body),
  });

async function textOf({ body }: WireResponse): Promise<string> {
  if (typeof body === 'string') return body;
  if (Buffer.isBuffer(body)) return body.toString();
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('a function', () => {
  it('runs under the vendor’s framework with the container’s environment', async () => {
    const runtime = service(
      `functions.http('main', (req, res) => res.status(201).set('x-a', 'b').json({ path: req.path, q: req.query.q, body: req.body, headers: req.headers, env: process.env }))`,
    );
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const answer = await send(runtime, '/a/b?q=1', '{"k":"v"}', {
      'content-type': 'application/json',
      traceparent,
    });
    expect(answer).toMatchObject({ status: 201, headers: { 'x-a': 'b' } });
    const seen = JSON.parse(await textOf(answer));
    expect(seen).toMatchObject({ path: '/a/b', q: '1', body: { k: 'v' } });
    expect(seen.headers).toMatchObject({
      host: 'orders-x.a.run.app',
      traceparent,
      'x-forwarded-proto': 'https',
      'x-cloud-trace-context': `4bf92f3577b34da6a3ce929d0e0e4736/${BigInt('0x00f067aa0ba902b7')};o=1`,
    });
    expect(seen.env).toMatchObject({
      TOPIC: 'orders',
      PORT: '8080',
      K_SERVICE: 'orders',
      K_REVISION: 'orders-00001-abc',
      K_CONFIGURATION: 'orders',
      FUNCTION_TARGET: 'main',
      FUNCTION_SIGNATURE_TYPE: 'http',
    });
    expect(Object.keys(seen.env).filter((name) => /LOCAL|COMPILE|EXTRA/.test(name))).toEqual([]);
    expect(reports).toMatchObject([{ status: 201, coldStart: true, initDurationMs: expect.any(Number) }]);
  });

  it('gets CloudEvents', async () => {
    const runtime = service(
      `functions.cloudEvent('main', (event) => { console.log(JSON.stringify({ severity: 'NOTICE', message: 'got ' + event.data.n, id: event.id })); if (event.data.n === 2) throw new Error('nack'); })`,
      { signature: 'cloudevent' },
    );
    const headers = {
      'ce-id': 'e1',
      'ce-type': 't',
      'ce-source': 's',
      'ce-specversion': '1.0',
      'content-type': 'application/json',
    };
    expect((await send(runtime, '/', '{"n":1}', headers)).status).toBe(204);
    expect((await send(runtime, '/', '{"n":2}', headers)).status).toBe(500);
    expect(entries[0]).toMatchObject({
      severity: 'NOTICE',
      payload: { kind: 'json', fields: { message: 'got 1', id: 'e1' } },
    });
  });

  it('streams both ways of its answer', async () => {
    const runtime = service(
      `functions.http('main', async (req, res) => { for (const text of ['one', 'two']) { res.write(text); await new Promise((resolve) => setTimeout(resolve, 50)); } res.end(); })`,
    );
    const { body } = await send(runtime, '/');
    if (typeof body === 'string' || Buffer.isBuffer(body)) throw new Error('not streamed');
    const times: number[] = [];
    for await (const _ of body) times.push(performance.now());
    expect(times.length).toBeGreaterThan(1);
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(30);
    await vi.waitFor(() => expect(reports).toHaveLength(1));
  });

  it('shares an instance up to its concurrency, and then starts another', async () => {
    const runtime = service(
      `functions.http('main', async (req, res) => { await new Promise((resolve) => setTimeout(resolve, 150)); res.send(String(process.pid)); })`,
      { concurrencyPerInstance: 2 },
    );
    const pids = await Promise.all([1, 2, 3].map(async () => textOf(await send(runtime, '/'))));
    expect(new Set(pids).size).toBe(2);
  });

  it.skipIf(process.platform === 'win32')('stands still between requests', async () => {
    const runtime = service(
      `let n = 0; setInterval(() => n++, 5); functions.http('main', (req, res) => res.send(String(n)));`,
    );
    const before = Number(await textOf(await send(runtime, '/')));
    await sleep(1_000);
    expect(Number(await textOf(await send(runtime, '/'))) - before).toBeLessThan(100);
  });
});

describe('a failure', () => {
  const code = `functions.http('main', async (req, res) => {
    if (req.path === '/throw') throw new Error('bad');
    if (req.path === '/exit') process.kill(process.pid, 'SIGKILL');
    if (req.path === '/slow') await new Promise((resolve) => setTimeout(resolve, 3_000));
    if (req.path === '/loop') for (;;);
    res.send('fine'); })`;

  it('is answered as Cloud Run does, and the next request is served', async () => {
    const runtime = service(code);
    expect((await send(runtime, '/throw')).status).toBe(500);
    const crashed = await send(runtime, '/exit');
    expect(crashed).toMatchObject({ status: 503, body: expect.stringContaining('upstream connect error') });
    expect(await textOf(await send(runtime, '/'))).toBe('fine');
    expect(reports.map(({ status }) => status)).toEqual([500, 503, 200]);
  });

  it('to answer in time gets 504; the instance lives on unless it is stuck', async () => {
    const runtime = service(code, { timeoutMs: 300 });
    await runtime.prewarm(1);
    expect(await send(runtime, '/slow')).toMatchObject({ status: 504, body: 'upstream request timeout' });
    expect((await send(runtime, '/')).status).toBe(200);
    expect(reports.at(-1)?.coldStart).toBe(false);
    expect((await send(runtime, '/loop')).status).toBe(504);
    const stuck = reports.at(-1)?.instanceId;
    expect(stuck).toBeDefined();
    await sleep(1_400);
    expect((await send(runtime, '/')).status).toBe(200);
    expect(reports.at(-1)?.instanceId).not.toBe(stuck);
  });

  it('to start is told', async () => {
    const runtime = service(`throw new Error('at load')`);
    expect((await send(runtime, '/')).status).toBe(503);
    const texts = entries.map(({ payload }) => (payload.kind === 'text' ? payload.text : ''));
    expect(texts.join('\n')).toContain('Error: at load');
    expect(texts.at(-1)).toBe('The instance could not start successfully. Container called exit(1).');
  });

  it('of scale gets 429', async () => {
    const runtime = service(`functions.http('main', () => {})`, { maximumInstances: 0 });
    expect((await send(runtime, '/')).status).toBe(429);
  });

  it('leaves reserved names in the environment no chance', () => {
    expect(() => service('', { environment: { PORT: '1' } })).toThrow(
      'reserved names were provided as environment variables: PORT',
    );
  });
});
