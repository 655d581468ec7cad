import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCertificateAuthority } from '../../engine/certificate-authority.ts';
import { realClock, virtualClock } from '../../engine/clock.ts';
import type { PoolSurroundings } from '../../engine/function-pool.ts';
import { type TestBed, testBed } from '../../engine/instance-test-bed.ts';
import {
  type LambdaAnswer,
  type LambdaCall,
  type LambdaFunction,
  LambdaRuntime,
  splitHttpPrelude,
} from './runtime.ts';

let bed: TestBed;
const runtimes: LambdaRuntime[] = [];
const log: string[] = [];

beforeEach(() => {
  bed = testBed();
  log.length = 0;
});
afterEach(async () => {
  await Promise.all(runtimes.splice(0).map((runtime) => runtime.close()));
  bed.close();
});

const ARN = 'arn:aws:lambda:eu-west-1:123456789012:function:orders';

function runtime(
  files: string | Record<string, string>,
  changes: Partial<LambdaFunction> = {},
  surroundings: Partial<PoolSurroundings> = {},
): LambdaRuntime {
  const directory = bed.write(
    `code-${runtimes.length}`,
    typeof files === 'string' ? { 'index.mjs': files } : files,
  );
  const created = new LambdaRuntime(
    {
      functionName: 'orders',
      version: '$LATEST',
      functionArn: ARN,
      directory,
      handler: 'index.handler',
      runtime: 'nodejs24.x',
      memoryMb: 256,
      timeoutMs: 3_000,
      environment: { TABLE: 'orders' },
      logFormat: 'Text',
      applicationLogLevel: 'INFO',
      systemLogLevel: 'INFO',
      logGroupName: '/aws/lambda/orders',
      credentials: { accessKeyId: 'ASIA1', secretAccessKey: 's', sessionToken: 't' },
      region: 'eu-west-1',
      maximumConcurrency: 10,
      provisionedConcurrency: 0,
      ...changes,
    },
    {
      ...bed.surroundings,
      ...surroundings,
      network: { redirects: [] },
      trustCertificateFile: createCertificateAuthority(bed.directory, realClock).certificateFile,
      onLogEvent: (event) => void log.push(event.message),
    },
  );
  runtimes.push(created);
  return created;
}

async function invoke(lambda: LambdaRuntime, event: unknown = {}, call: Partial<LambdaCall> = {}) {
  const answer = await lambda.invoke({ payload: Buffer.from(JSON.stringify(event)), ...call });
  if (answer.kind !== 'answered') throw new Error(`not answered: ${answer.kind}`);
  return { ...answer, result: JSON.parse(answer.payload.toString() || 'null') };
}

describe('a handler', () => {
  it.each([
    ['an ES module', { 'index.mjs': 'export const handler = async (e) => ({ got: e })' }],
    [
      'an ES module with top-level await',
      { 'index.mjs': 'await 1; export const handler = async (e) => ({ got: e })' },
    ],
    [
      'CommonJS',
      { 'index.js': 'exports.handler = async (e) => ({ got: e })', 'package.json': '{"type":"commonjs"}' },
    ],
    [
      'a module by package type',
      { 'index.js': 'export const handler = (e) => ({ got: e })', 'package.json': '{"type":"module"}' },
    ],
    [
      'an export of the default export',
      { 'index.cjs': 'module.exports = { default: { handler: async (e) => ({ got: e }) } }' },
    ],
  ])('may be %s', async (_name, files) => {
    expect((await invoke(runtime(files), { a: 1 })).result).toEqual({ got: { a: 1 } });
  });

  it('may be nested in a folder and an object', async () => {
    const lambda = runtime(
      { 'src/app.mjs': 'export const api = { get: async () => "nested" }' },
      { handler: 'src/app.api.get' },
    );
    expect((await invoke(lambda)).result).toBe('nested');
  });

  it('sees what it would see in Lambda', async () => {
    const lambda = runtime(`export const handler = async (event, context) => {
      const { getRemainingTimeInMillis, ...rest } = context;
      return { rest, remaining: context.getRemainingTimeInMillis(), env: process.env, cwd: process.cwd(), args: [process.argv[1], process.execArgv] } }`);
    const trace = 'Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1';
    const { result, requestId } = await invoke(
      lambda,
      {},
      { invokedFunctionArn: `${ARN}:live`, traceHeader: trace },
    );
    expect(result.rest).toMatchObject({
      awsRequestId: requestId,
      functionName: 'orders',
      functionVersion: '$LATEST',
      invokedFunctionArn: `${ARN}:live`,
      memoryLimitInMB: '256',
      logGroupName: '/aws/lambda/orders',
      logStreamName: expect.stringMatching(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/),
    });
    expect(result.remaining).toBeGreaterThan(2_900);
    expect(result.remaining).toBeLessThanOrEqual(3_000);
    expect(result.env).toMatchObject({
      TABLE: 'orders',
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'ASIA1',
      _X_AMZN_TRACE_ID: trace,
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      AWS_LAMBDA_LOG_STREAM_NAME: result.rest.logStreamName,
    });
    expect(Object.keys(result.env).filter((name) => /LOCAL|NODE_(?!PATH)/.test(name))).toEqual([]);
    expect(result.cwd).toBe(lambda.lambda.directory);
    expect(result.args).toEqual(['/var/runtime/index.mjs', []]);
  });

  it('answers null for nothing, and keeps state between calls', async () => {
    const lambda = runtime('let n = 0; export const handler = async (e) => e.n ? ++n : undefined');
    expect((await invoke(lambda)).payload.toString()).toBe('null');
    await invoke(lambda, { n: 1 });
    expect((await invoke(lambda, { n: 1 })).result).toBe(2);
  });

  it('with a callback is refused from Node.js 24 on, and works before', async () => {
    const code = {
      'index.cjs':
        'exports.handler = (event, context, callback) => { setTimeout(() => callback(null, "called"), 5); }',
    };
    const refused = await invoke(runtime(code));
    expect(refused.result).toMatchObject({
      errorType: 'Runtime.CallbackHandlerDeprecated',
      errorMessage: expect.stringContaining('removed support for callback-based'),
    });
    expect((await invoke(runtime(code, { runtime: 'nodejs22.x' }))).result).toBe('called');
  });
});

describe('a failure', () => {
  const code = `export const handler = async ({ how }) => {
    if (how === 'throw') throw new RangeError('bad');
    if (how === 'throw text') throw 'text';
    if (how === 'exit') process.exit(1);
    if (how === 'never') await new Promise(() => {});
    if (how === 'late') return new Promise(() => setTimeout(() => { throw new Error('late'); }));
    if (how === 'loop') for (;;);
    if (how === 'cycle') { const o = {}; o.o = o; return o; }
    if (how === 'big') return 'x'.repeat(6_291_600);
  }`;

  it.each([
    [
      'throw',
      { errorType: 'RangeError', errorMessage: 'bad', trace: expect.arrayContaining(['RangeError: bad']) },
    ],
    ['throw text', { errorType: 'string', errorMessage: 'text', trace: [] }],
    [
      'exit',
      {
        errorType: 'Runtime.ExitError',
        errorMessage: expect.stringMatching(
          /^RequestId: \S{36} Error: Runtime exited with error: exit status 1$/,
        ),
      },
    ],
    ['late', { errorType: 'Runtime.ExitError', errorMessage: expect.stringContaining('exit status 1') }],
    [
      'never',
      {
        errorType: 'Runtime.ExitError',
        errorMessage: expect.stringContaining('Runtime exited without providing a reason'),
      },
    ],
    ['cycle', { errorType: 'Runtime.JSONStringifyError', errorMessage: 'Unable to stringify response body' }],
    [
      'big',
      {
        errorType: 'Function.ResponseSizeTooLarge',
        errorMessage:
          'Response payload size (6291602 bytes) exceeded maximum allowed payload size (6291556 bytes).',
      },
    ],
    [
      'loop',
      {
        errorType: 'Sandbox.Timedout',
        errorMessage: expect.stringMatching(/^RequestId: \S{36} Error: Task timed out after 0.40 seconds$/),
      },
    ],
  ])('is answered as Lambda does: %s', async (how, expected) => {
    const answer = await invoke(runtime(code, { timeoutMs: 400 }), { how });
    expect(answer.functionError).toBe('Unhandled');
    expect(answer.result).toMatchObject(expected);
  });

  it.each([
    [
      'a missing file',
      {},
      {
        errorType: 'Runtime.ImportModuleError',
        errorMessage: expect.stringContaining("Cannot find module 'index'"),
      },
    ],
    [
      'a missing package',
      { 'index.cjs': 'require("not-there")' },
      { errorType: 'Runtime.ImportModuleError' },
    ],
    [
      'a missing export',
      { 'index.mjs': 'export const other = 1' },
      { errorType: 'Runtime.HandlerNotFound', errorMessage: 'index.handler is undefined or not exported' },
    ],
    [
      'no function',
      { 'index.mjs': 'export const handler = 1' },
      { errorType: 'Runtime.HandlerNotFound', errorMessage: 'index.handler is not a function' },
    ],
    ['a syntax error', { 'index.cjs': 'const = 1' }, { errorType: 'Runtime.UserCodeSyntaxError' }],
    [
      'an error while loading',
      { 'index.mjs': 'throw new TypeError("at load")' },
      { errorType: 'TypeError', errorMessage: 'at load' },
    ],
    [
      'an exit while loading',
      { 'index.mjs': 'process.exit(2)' },
      { errorType: 'Runtime.ExitError', errorMessage: expect.stringContaining('exit status 2') },
    ],
  ])('to load is reported after a second try: %s', async (_name, files, expected) => {
    const answer = await invoke(runtime({ 'package.json': '{}', ...files }));
    expect(answer.result).toMatchObject(expected);
    expect(log.filter((line) => line.startsWith('INIT_REPORT')).map((line) => line.split('\t')[1])).toEqual([
      'Phase: init',
      'Phase: invoke',
    ]);
  });

  it('leaves reserved names in the environment no chance', () => {
    expect(() => runtime('', { environment: { AWS_REGION: 'x' } })).toThrow(
      'Reserved keys used in this request: AWS_REGION',
    );
  });
});

describe('limits', () => {
  it('refuse what is over the reserved concurrency', async () => {
    const lambda = runtime(
      'export const handler = () => new Promise((resolve) => setTimeout(resolve, 100))',
      { maximumConcurrency: 1 },
    );
    const kinds = (answers: LambdaAnswer[]) => answers.map(({ kind }) => kind);
    const call = () => lambda.invoke({ payload: Buffer.from('{}') });
    expect(kinds(await Promise.all([call(), call()]))).toEqual(['answered', 'throttled']);
  });

  it('refuse a request over 6 MB', async () => {
    const answer = await runtime('').invoke({ payload: Buffer.alloc(6_291_457) });
    expect(answer).toMatchObject({ kind: 'requestTooLarge', message: expect.stringContaining('6291456') });
  });
});

describe('the log', () => {
  const code = `console.log('loading');
    export const handler = async (event) => { console.log('one\\ntwo', { a: 1 }); console.debug('d'); process.stdout.write('raw\\n'); if (event.fail) throw new TypeError('no'); };`;

  it('in text has START, the records, END and REPORT', async () => {
    const lambda = runtime(code);
    const { requestId, report } = await invoke(lambda, { fail: true });
    const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;
    // Direct output comes by another way than records, so its place among them is free.
    expect(log).toContain('raw');
    expect(log.filter((line) => line !== 'raw')).toEqual([
      expect.stringMatching(new RegExp(`^${time}\t-\tINFO\tloading$`)),
      `START RequestId: ${requestId} Version: $LATEST`,
      expect.stringMatching(new RegExp(`^${time}\t${requestId}\tINFO\tone\ntwo { a: 1 }$`)),
      expect.stringMatching(new RegExp(`^${time}\t${requestId}\tDEBUG\td$`)),
      expect.stringMatching(
        new RegExp(
          `^${time}\t${requestId}\tERROR\tInvoke Error \t{"errorType":"TypeError","errorMessage":"no","stack":\\[`,
        ),
      ),
      `END RequestId: ${requestId}`,
      expect.stringMatching(
        new RegExp(
          `^REPORT RequestId: ${requestId}\tDuration: \\d+\\.\\d\\d ms\tBilled Duration: \\d+ ms\tMemory Size: 256 MB\tMax Memory Used: \\d+ MB\tInit Duration: \\d+\\.\\d\\d ms\tStatus: error\tError Type: TypeError\t$`,
        ),
      ),
    ]);
    expect(report.billedDurationMs).toBe(Math.ceil(report.durationMs + (report.initDurationMs ?? 0)));
    await invoke(lambda, {});
    expect(log.at(-1)).not.toContain('Init Duration');
  });

  it('in JSON has records and platform events, filtered by level', async () => {
    const { requestId } = await invoke(runtime(code, { logFormat: 'JSON' }), { fail: true });
    const records = log.filter((line) => line !== 'raw').map((line) => JSON.parse(line));
    expect(records).toMatchObject([
      { level: 'INFO', requestId: '-', message: 'loading' },
      { type: 'platform.start', record: { requestId, version: '$LATEST' } },
      { level: 'INFO', requestId, message: 'one\ntwo { a: 1 }' },
      {
        level: 'ERROR',
        requestId,
        message: { errorType: 'TypeError', errorMessage: 'no', stackTrace: expect.any(Array) },
      },
      {
        type: 'platform.report',
        record: {
          requestId,
          status: 'error',
          errorType: 'TypeError',
          metrics: { memorySizeMB: 256, durationMs: expect.any(Number) },
        },
      },
    ]);
  });

  it('tells a timeout and a traced invocation', async () => {
    const trace = 'Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1';
    const lambda = runtime('export const handler = async () => { for (;;); }', { timeoutMs: 200 });
    const { requestId } = await invoke(lambda, {}, { traceHeader: trace });
    expect(log.at(-3)).toMatch(new RegExp(`^\\S+Z ${requestId} Task timed out after 0.20 seconds$`));
    expect(log.at(-1)).toContain('Duration: 200.00 ms');
    expect(log.at(-1)).toContain(
      'Status: timeout\t\nXRAY TraceId: 1-67891233-abcdef012345678912345678\tSegmentId: 53995c3f42cd8ad8\tSampled: true',
    );
  });
});

describe('a streaming handler', () => {
  const code = `export const handler = awslambda.streamifyResponse(async (event, stream, context) => {
    const http = awslambda.HttpResponseStream.from(stream, { statusCode: 201, headers: { a: 'b' } });
    for (const text of ['one', 'two']) { http.write(text); await new Promise((resolve) => setTimeout(resolve, 30)); }
    if (event.fail) throw new Error('in the middle');
    http.end();
  });`;

  it('sends metadata, then pieces as they are written', async () => {
    const pieces: { text: string; contentType: string | undefined; atMs: number }[] = [];
    const answer = await invoke(
      runtime(code),
      {},
      {
        onStream: (chunk, contentType) =>
          void pieces.push({ text: chunk.toString(), contentType, atMs: performance.now() }),
      },
    );
    expect(answer).toMatchObject({ streamed: true, result: null });
    expect(pieces[0]?.contentType).toBe('application/vnd.awslambda.http-integration-response');
    const [first, second] = pieces;
    expect(splitHttpPrelude(Buffer.from(first?.text ?? ''))).toEqual({
      metadata: { statusCode: 201, headers: { a: 'b' } },
      rest: Buffer.from('one'),
    });
    expect(second?.text).toBe('two');
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThan(15);
  });

  it('is answered whole to a caller that does not stream', async () => {
    const answer = await runtime(code).invoke({ payload: Buffer.from('{}') });
    expect(answer).toMatchObject({ kind: 'answered', streamed: true });
    if (answer.kind === 'answered') expect(splitHttpPrelude(answer.payload)?.rest.toString()).toBe('onetwo');
  });

  it('that fails in the middle tells so', async () => {
    const answer = await invoke(runtime(code), { fail: true }, { onStream: () => undefined });
    expect(answer).toMatchObject({ functionError: 'Unhandled', result: { errorMessage: 'in the middle' } });
  });
});

describe('time', () => {
  it('inside the function is that of the run', async () => {
    const clock = virtualClock(Date.UTC(2030, 5, 1));
    const lambda = runtime(
      'export const handler = async (e, context) => [new Date().toISOString().slice(0, 10), context.getRemainingTimeInMillis()]',
      {},
      { clock, virtualTime: true },
    );
    const [day, remaining] = (await invoke(lambda)).result;
    expect(day).toBe('2030-06-01');
    expect(remaining).toBeGreaterThan(2_000);
    clock.advance(40 * 60_000);
    clock.advance(30 * 86_400_000);
    expect((await invoke(lambda)).result[0]).toBe('2030-07-01');
  });

  it.skipIf(process.platform === 'win32')('stands still between invocations', async () => {
    const lambda = runtime('let n = 0; setInterval(() => n++, 5); export const handler = async () => n');
    const before = (await invoke(lambda)).result;
    await sleep(1_000);
    expect((await invoke(lambda)).result - before).toBeLessThan(100);
  });
});
