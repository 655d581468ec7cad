import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCertificateAuthority } from '../../engine/certificate-authority.ts';
import { realClock } from '../../engine/clock.ts';
import { type TestBed, testBed } from '../../engine/instance-test-bed.ts';
import type { WireResponse } from '../../engine/wire.ts';
import type { AzureFunctionsSurroundings, FunctionApp, LogRecord } from './function-app.ts';
import type { BoundOutput } from './outputs.ts';
import { AzureFunctionsRuntime } from './runtime.ts';

let bed: TestBed;
const runtimes: AzureFunctionsRuntime[] = [];
const records: LogRecord[] = [];

beforeEach(() => {
  bed = testBed();
  records.length = 0;
});
afterEach(async () => {
  await Promise.all(runtimes.splice(0).map((runtime) => runtime.close()));
  bed.close();
});

interface Code {
  code: string;
  host?: object;
  app?: Partial<FunctionApp>;
  surroundings?: Partial<AzureFunctionsSurroundings>;
}

/** An app as it is deployed: one CommonJS bundle. */
function app({ code, host = {}, app: changes = {}, surroundings = {} }: Code): AzureFunctionsRuntime {
  const directory = bed.write(`app-${runtimes.length}`, {
    'host.json': JSON.stringify({ version: '2.0', ...host }),
    'package.json': JSON.stringify({ main: 'dist/*.js', type: 'commonjs' }),
  });
  buildSync({
    stdin: {
      contents: `import { app, input, output } from '@azure/functions';\n${code}`,
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
      loader: 'ts',
    },
    outfile: join(directory, 'dist/app.js'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['@azure/functions-core'],
    logLevel: 'silent',
  });
  const created = new AzureFunctionsRuntime(
    {
      name: 'shop',
      directory,
      environment: { SETTING: 'value' },
      memoryMb: 512,
      concurrencyPerInstance: 16,
      maximumInstances: 2,
      alwaysReady: {},
      planTimeoutMs: 30_000,
      keys: { master: 'master-key', host: ['host-key'], functions: { secured: ['own-key'] } },
      ...changes,
    },
    {
      ...bed.surroundings,
      network: { redirects: [] },
      trustCertificateFile: createCertificateAuthority(bed.directory, realClock).certificateFile,
      onLogRecord: (record) => void records.push(record),
      ...surroundings,
    },
  );
  runtimes.push(created);
  return created;
}

async function get(
  runtime: AzureFunctionsRuntime,
  target: string,
  init: { method?: string; body?: string; headers?: Record<string, string> } = {},
) {
  const [path = '/', query = ''] = target.split('?');
  const answer = await runtime.invokeHttp({
    method: init.method ?? 'GET',
    host: 'shop.azurewebsites.net',
    path,
    query,
    headers: { host: 'shop.azurewebsites.net', ...init.headers },
    body: Buffer.from(init.body ?? ''),
  });
  return { status: answer.status, headers: answer.headers, body: await textOf(answer) };
}

async function textOf({ body }: WireResponse): Promise<string> {
  if (typeof body === 'string') return body;
  if (Buffer.isBuffer(body)) return body.toString();
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('an HTTP function', () => {
  const echo = `app.http('echo', { methods: ['GET', 'POST'], route: 'items/{id:int?}', authLevel: 'anonymous', handler: async (request, context) => ({
    status: 201, headers: { 'x-a': request.headers.get('x-a') ?? '' }, cookies: [{ name: 'c', value: 'v', httpOnly: true, sameSite: 'Lax' }],
    jsonBody: { method: request.method, url: request.url, params: request.params, query: request.query.get('q'), body: await request.text(),
      functionName: context.functionName, setting: process.env.SETTING, trace: context.traceContext?.traceParent } }) });`;

  it('gets the request and gives the answer', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const answer = await get(app({ code: echo }), '/api/items/7?q=ü', {
      method: 'POST',
      body: 'hello',
      headers: { 'x-a': 'b', traceparent },
    });
    expect(answer).toMatchObject({
      status: 201,
      headers: {
        'x-a': 'b',
        'content-type': 'application/json',
        'set-cookie': ['c=v; path=/; samesite=lax; httponly'],
      },
    });
    expect(JSON.parse(answer.body)).toEqual({
      method: 'POST',
      url: 'https://shop.azurewebsites.net/api/items/7?q=%C3%BC',
      params: { id: '7' },
      query: 'ü',
      body: 'hello',
      functionName: 'echo',
      setting: 'value',
      trace: traceparent,
    });
  });

  it('is found by its route, method and the app’s prefix', async () => {
    const runtime = app({ code: echo, host: { extensions: { http: { routePrefix: 'v1' } } } });
    expect(await runtime.routes()).toEqual([
      {
        functionName: 'echo',
        template: 'v1/items/{id:int?}',
        methods: ['GET', 'POST'],
        authLevel: 'anonymous',
      },
    ]);
    expect((await get(runtime, '/v1/items')).status).toBe(201);
    expect((await get(runtime, '/v1/items/x')).status).toBe(404);
    expect((await get(runtime, '/api/items')).status).toBe(404);
    expect((await get(runtime, '/v1/items', { method: 'DELETE' })).status).toBe(404);
  });

  it('asks for its key', async () => {
    const runtime = app({
      code: `for (const [name, authLevel] of [['secured', 'function'], ['admin', 'admin']]) app.http(name, { authLevel, handler: async () => ({ body: 'in' }) });`,
    });
    const status = async (path: string, key?: string) =>
      (await get(runtime, path, key ? { headers: { 'x-functions-key': key } } : {})).status;
    expect(await status('/api/secured')).toBe(401);
    expect(await status('/api/secured?code=own-key')).toBe(200);
    expect(await status('/api/secured', 'host-key')).toBe(200);
    expect(await status('/api/secured', 'wrong')).toBe(401);
    expect(await status('/api/admin', 'host-key')).toBe(401);
    expect(await status('/api/admin', 'master-key')).toBe(200);
  });

  it('answers 204 for nothing and 500 for what it throws', async () => {
    const runtime = app({
      code: `app.http('quiet', { authLevel: 'anonymous', handler: async () => undefined }); app.http('broken', { authLevel: 'anonymous', handler: async () => { throw new TypeError('no'); } });`,
    });
    expect(await get(runtime, '/api/quiet')).toEqual({ status: 204, headers: {}, body: '' });
    expect((await get(runtime, '/api/broken')).status).toBe(500);
    expect(records.at(-1)).toMatchObject({
      level: 'Error',
      category: 'Function.broken',
      message: expect.stringContaining('TypeError: no'),
    });
  });

  it('runs many at a time in one instance', async () => {
    const runtime = app({
      code: `app.http('pid', { authLevel: 'anonymous', handler: async () => { await new Promise((resolve) => setTimeout(resolve, 80)); return { body: String(process.pid) }; } });`,
    });
    await runtime.routes();
    const pids = await Promise.all([1, 2, 3].map(async () => (await get(runtime, '/api/pid')).body));
    expect(new Set(pids).size).toBe(1);
  });

  it('streams where the app has set it up', async () => {
    const runtime = app({
      code: `import { Readable } from 'node:stream';
        app.setup({ enableHttpStream: true });
        app.http('events', { methods: ['POST'], route: 'events/{topic}', authLevel: 'anonymous', handler: async (request) => ({ headers: { 'content-type': 'text/event-stream' },
          body: Readable.from((async function* () { for (const n of [1, 2, 3]) { yield request.params.topic + n; await new Promise((resolve) => setTimeout(resolve, 40)); } yield await request.text(); })()) as never }) });
        app.http('broken', { authLevel: 'anonymous', handler: async () => { throw new Error('no'); } });`,
    });
    const answer = await runtime.invokeHttp({
      method: 'POST',
      host: 'a',
      path: '/api/events/news',
      query: '',
      headers: { host: 'a' },
      body: Buffer.from('sent'),
    });
    expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'text/event-stream' } });
    const times: number[] = [];
    let text = '';
    if (typeof answer.body === 'string' || Buffer.isBuffer(answer.body)) throw new Error('not streamed');
    for await (const chunk of answer.body) {
      times.push(performance.now());
      text += Buffer.from(chunk).toString();
    }
    expect(text).toBe('news1news2news3sent');
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(60);
    expect((await get(runtime, '/api/broken')).status).toBe(500);
  });
});

describe('a function of another trigger', () => {
  it('gets data and metadata, and fills its outputs', async () => {
    const outputs: BoundOutput[] = [];
    const runtime = app({
      code: `const copies = output.storageBlob({ path: 'copies/{id}', connection: 'C' });
        const settings = input.storageBlob({ path: 'settings.json', connection: 'C' });
        app.storageQueue('work', { queueName: 'work', connection: 'C', return: output.eventHub({ eventHubName: 'done', connection: 'E' }), extraInputs: [settings], extraOutputs: [copies],
          handler: async (message, context) => { context.extraOutputs.set(copies, Buffer.from('copy'));
            return { message, metadata: context.triggerMetadata, setting: context.extraInputs.get(settings), retry: context.retryContext }; } });`,
      surroundings: {
        writeOutputs: async (given) => void outputs.push(...given),
        readInputs: async ({ bindings }) =>
          Object.keys(bindings).map((name) => ({ name, data: { json: '{"limit":3}' } })),
      },
    });
    const functions = await runtime.functions();
    expect(Object.values(functions.get('work')?.bindings ?? {}).map(({ type }) => type)).toEqual([
      'queueTrigger',
      'blob',
      'eventHub',
      'blob',
    ]);
    const answer = await runtime.invokeTrigger('work', {
      data: { string: '{"id":1}' },
      triggerMetadata: { DequeueCount: { int: 2 }, Id: { string: 'm-1' } },
      retryContext: { retryCount: 1, maxRetryCount: 3 },
    });
    expect(answer.kind).toBe('succeeded');
    const [copy, returned] = outputs;
    expect(copy).toMatchObject({
      binding: { type: 'blob', path: 'copies/{id}' },
      data: { bytes: Buffer.from('copy') },
    });
    expect(returned?.bindingName).toBe('$return');
    expect(JSON.parse(returned?.data.json ?? '')).toMatchObject({
      message: { id: 1 },
      metadata: { dequeueCount: 2, id: 'm-1' },
      setting: { limit: 3 },
      retry: { retryCount: 1, maxRetryCount: 3 },
    });
  });

  it('fails when an output cannot be written', async () => {
    const runtime = app({
      code: `app.timer('tick', { schedule: '0 * * * * *', return: output.storageQueue({ queueName: 'q', connection: 'C' }), handler: async (timer) => String(timer.isPastDue) });`,
      surroundings: { writeOutputs: async () => Promise.reject(new Error('queue q does not exist')) },
    });
    const answer = await runtime.invokeTrigger('tick', { data: { json: '{"IsPastDue":false}' } });
    expect(answer).toMatchObject({ kind: 'failed', message: 'queue q does not exist' });
  });

  it.each([
    ['for (;;);', 'Timeout value of 00:00:01 was exceeded by function: Functions.tick'],
    ['process.exit(5);', 'node exited with code 5 (0x5)'],
  ])('that ends its worker fails, and the next runs in a new one: %s', async (code, message) => {
    const runtime = app({
      code: `app.timer('tick', { schedule: '0 * * * * *', handler: async (timer) => { if (timer.isPastDue) { ${code} } } });`,
      host: { functionTimeout: '00:00:01' },
    });
    expect(await runtime.invokeTrigger('tick', { data: { json: '{"IsPastDue":true}' } })).toMatchObject({
      kind: 'failed',
      message,
    });
    expect(await runtime.invokeTrigger('tick', { data: { json: '{"IsPastDue":false}' } })).toMatchObject({
      kind: 'succeeded',
      coldStart: true,
    });
  });
});

describe('the app', () => {
  it('has instances of their own for HTTP and for every other function, each with a concurrency of its own', async () => {
    const runtime = app({
      code: `const answer = async () => { await new Promise((resolve) => setTimeout(resolve, 150)); return String(process.pid); };
        app.http('one', { authLevel: 'anonymous', handler: async () => ({ body: await answer() }) });
        app.http('other', { authLevel: 'anonymous', handler: async () => ({ body: await answer() }) });
        app.serviceBusQueue('orders', { queueName: 'orders', connection: 'BUS', handler: answer });
        app.timer('tick', { schedule: '0 * * * * *', handler: answer });`,
      app: { maximumInstances: 5 },
    });
    const instanceOf = async (functionName: string, callsPerInstance?: number) => {
      const call = { data: { json: '{}' }, ...(callsPerInstance !== undefined && { callsPerInstance }) };
      return (await runtime.invokeTrigger(functionName, call)).instanceId;
    };
    const http = await Promise.all([instanceOf('one'), instanceOf('other'), instanceOf('one')]);
    const queue = await Promise.all([
      instanceOf('orders', 2),
      instanceOf('orders', 2),
      instanceOf('orders', 2),
    ]);
    const timer = [await instanceOf('tick')];
    expect([http, queue, timer].map((ids) => new Set(ids).size)).toEqual([1, 2, 1]);
    expect(new Set([...http, ...queue, ...timer]).size).toBe(4);
  });

  it('runs its hooks around start, invocation and end', async () => {
    const runtime = app({
      code: `app.hook.appStart(() => { console.log('start'); });
        app.hook.preInvocation((context) => { const { functionHandler } = context; context.functionHandler = async (...args) => 'wrapped ' + await functionHandler(...args); });
        app.hook.postInvocation((context) => { console.log('post', context.result); });
        app.hook.appTerminate(() => { console.log('terminate'); });
        app.timer('tick', { schedule: '0 * * * * *', handler: async () => 'result' });`,
    });
    expect(await runtime.invokeTrigger('tick', { data: { json: '{}' } })).toMatchObject({
      returnValue: { string: 'wrapped result' },
    });
    await runtime.close();
    const console = records
      .filter(({ category }) => category === 'Host.Function.Console')
      .map(({ message }) => message);
    expect(console).toEqual(['start', 'post wrapped result', 'terminate']);
  });

  it('logs by level and category', async () => {
    const runtime = app({
      code: `app.timer('tick', { schedule: '0 * * * * *', handler: async (_, context) => { context.trace('t'); context.debug('d'); context.log('i %s', 1); context.warn('w'); context.error(new Error('e')); } });`,
      host: { logging: { logLevel: { default: 'Information', 'Function.tick.User': 'Debug' } } },
    });
    await runtime.invokeTrigger('tick', {
      data: { json: '{}' },
      reason: 'Timer fired at noon',
      invocationId: 'id-1',
    });
    const seen = records.map(({ level, category, message }) => [level, category, message.split('\n')[0]]);
    expect(seen).toEqual([
      ['Information', 'Function.tick', "Executing 'Functions.tick' (Reason='Timer fired at noon', Id=id-1)"],
      ['Debug', 'Function.tick.User', 'd'],
      ['Information', 'Function.tick.User', 'i 1'],
      ['Warning', 'Function.tick.User', 'w'],
      ['Error', 'Function.tick.User', 'Error: e'],
      [
        'Information',
        'Function.tick',
        expect.stringMatching(/^Executed 'Functions.tick' \(Succeeded, Id=id-1, Duration=\d+ms\)$/),
      ],
    ]);
  });

  it.each([
    [`throw new Error('at load');`, 'Function app shop does not start: at load'],
    ['', 'registers no function'],
  ])('that does not start says why', async (code, message) => {
    await expect(app({ code }).routes()).rejects.toThrow(message);
  });
});
