import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildSync } from 'esbuild';
import { LambdaRuntime } from '../src/local/aws/lambda/runtime.ts';
import { AzureFunctionsRuntime } from '../src/local/azure/functions/runtime.ts';
import { createCertificateAuthority } from '../src/local/engine/certificate-authority.ts';
import { realClock } from '../src/local/engine/clock.ts';
import { Processes } from '../src/local/engine/processes.ts';
import { seededRandom } from '../src/local/engine/random.ts';
import type { WireRequest } from '../src/local/engine/wire.ts';
import { CloudRunRuntime } from '../src/local/gcp/functions/runtime.ts';
import type { Cloud } from '../src/package/clouds.ts';
import { median, type Row, rowsOf, type Settings } from './benchmark.ts';

const warmUpCalls = 300;
const warmCalls = 2000;
/** The compile cache is written a little after the first call of an instance. */
const cacheWrittenMs = 700;

interface Runtime {
  call(): Promise<void>;
  close(): Promise<void>;
}

interface Host {
  cloud: Cloud;
  subject: string;
  start(): Runtime;
}

/**
 * What it costs to run a function locally: the first call to a new instance, and calls to a warm one, one after the
 * other. From the second start of a function on its compile cache is there, as it is here.
 */
export async function hosts(settings: Settings): Promise<Row[]> {
  const directory = mkdtempSync(path.join(tmpdir(), 'serverless-patterns-bench-'));
  const removeDirectory = () => rmSync(directory, { recursive: true, force: true });
  process.once('exit', removeDirectory);
  const processes = new Processes();
  const rows: Row[] = [];
  for (const { cloud, subject, start } of createHosts(directory, processes)) {
    if (!settings.clouds.includes(cloud)) continue;
    settings.progress(`  ${subject}`);
    rows.push(...(await rowsOf(subject, settings, async () => [await measure(subject, start, settings)])));
  }
  processes.close();
  process.off('exit', removeDirectory);
  removeDirectory();
  return rows;
}

async function measure(
  subject: string,
  start: () => Runtime,
  { starts, interruption }: Settings,
): Promise<Row> {
  interruption.throwIfAborted();
  for (let fill = 0; fill < 2; fill++) {
    const runtime = start();
    await runtime.call();
    await sleep(cacheWrittenMs);
    await runtime.call();
    await runtime.close();
  }
  const coldTimesMs: number[] = [];
  while (coldTimesMs.length < starts) {
    const runtime = start();
    coldTimesMs.push(await timeMs(runtime));
    await runtime.close();
  }
  const runtime = start();
  for (let call = 0; call < warmUpCalls; call++) await runtime.call();
  const warmTimesMs: number[] = [];
  while (warmTimesMs.length < warmCalls) warmTimesMs.push(await timeMs(runtime));
  await runtime.close();
  const figures = { starts, coldMs: median(coldTimesMs), warmMs: median(warmTimesMs) };
  return { kind: 'measured', subject, work: 'call', figures };
}

async function timeMs(runtime: Runtime): Promise<number> {
  const startMs = performance.now();
  await runtime.call();
  return performance.now() - startMs;
}

const lambdaHandler = 'export const handler = async (event) => event;';
const azureHandler =
  "app.http('hello', { authLevel: 'anonymous', handler: async () => ({ jsonBody: {} }) });";

function createHosts(directory: string, processes: Processes): Host[] {
  const surroundings = {
    clock: realClock,
    wallClock: realClock,
    virtualTime: false,
    random: seededRandom(1),
    processes,
    cacheDirectory: path.join(directory, 'cache'),
    runDirectory: path.join(directory, 'run'),
    network: { redirects: [{ host: '.amazonaws.com', ports: { 443: 1 } }] },
    trustCertificateFile: createCertificateAuthority(directory, realClock).certificateFile,
    frameworkDirectory: import.meta.dirname,
  };

  const lambda = (name: string, code: string) => {
    const folder = bundle(directory, name, code, 'esm');
    return (): Runtime => {
      const runtime = new LambdaRuntime(
        {
          functionName: name,
          version: '$LATEST',
          functionArn: `arn:aws:lambda:us-east-1:123456789012:function:${name}`,
          directory: folder,
          handler: 'index.handler',
          runtime: 'nodejs24.x',
          memoryMb: 512,
          timeoutMs: 30_000,
          environment: {},
          logFormat: 'JSON',
          applicationLogLevel: 'INFO',
          systemLogLevel: 'INFO',
          logGroupName: `/aws/lambda/${name}`,
          credentials: { accessKeyId: 'A', secretAccessKey: 'S', sessionToken: 'T' },
          region: 'us-east-1',
          maximumConcurrency: 10,
          provisionedConcurrency: 0,
        },
        surroundings,
      );
      const payload = Buffer.from('{"a":1}');
      return {
        call: async () => requireAnswer((await runtime.invoke({ payload })).kind === 'answered'),
        close: () => runtime.close(),
      };
    };
  };

  const azure = (name: string, code: string) => {
    const folder = bundle(directory, name, code, 'cjs', ['@azure/functions-core']);
    return (): Runtime => {
      const runtime = new AzureFunctionsRuntime(
        {
          name,
          directory: folder,
          environment: {},
          memoryMb: 2048,
          concurrencyPerInstance: 16,
          maximumInstances: 4,
          alwaysReady: {},
          planTimeoutMs: 60_000,
          keys: { master: '', host: [], functions: {} },
        },
        surroundings,
      );
      return {
        call: async () => requireAnswer((await runtime.invokeHttp(request('/api/hello'))).status === 200),
        close: () => runtime.close(),
      };
    };
  };

  const google = (name: string, code: string) => {
    const folder = bundle(directory, name, code, 'cjs', ['@google-cloud/functions-framework']);
    return (): Runtime => {
      const runtime = new CloudRunRuntime(
        {
          name,
          revision: `${name}-00001-abc`,
          directory: folder,
          entryPoint: 'hello',
          signature: 'http',
          environment: {},
          memoryMb: 512,
          timeoutMs: 30_000,
          concurrencyPerInstance: 80,
          maximumInstances: 4,
          minimumInstances: 0,
          cpuOnlyDuringRequests: true,
        },
        surroundings,
      );
      return {
        call: async () => requireAnswer((await runtime.invoke(request('/'))).status === 200),
        close: () => runtime.close(),
      };
    };
  };

  return [
    { cloud: 'aws', subject: 'Lambda, empty', start: lambda('lambda-empty', lambdaHandler) },
    {
      cloud: 'aws',
      subject: 'Lambda, DynamoDB document client',
      start: lambda(
        'lambda-dynamodb',
        `import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
         import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
         const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));
         export const used = [GetCommand, PutCommand, client];
         ${lambdaHandler}`,
      ),
    },
    {
      cloud: 'azure',
      subject: 'Azure Functions, HTTP',
      start: azure('azure-http', `import { app } from '@azure/functions'; ${azureHandler}`),
    },
    {
      cloud: 'azure',
      subject: 'Azure Functions, Cosmos DB and identity',
      start: azure(
        'azure-cosmos',
        `import { CosmosClient } from '@azure/cosmos';
         import { app } from '@azure/functions';
         import { ManagedIdentityCredential } from '@azure/identity';
         export const used = [CosmosClient, ManagedIdentityCredential];
         ${azureHandler}`,
      ),
    },
    {
      cloud: 'gcp',
      subject: 'Cloud Run function, HTTP',
      start: google(
        'google-http',
        `const functions = require('@google-cloud/functions-framework');
         functions.http('hello', (request, response) => response.json({}));`,
      ),
    },
    {
      cloud: 'gcp',
      subject: 'Cloud Run function, Firestore',
      start: google(
        'google-firestore',
        `const functions = require('@google-cloud/functions-framework');
         const { Firestore } = require('@google-cloud/firestore');
         const database = new Firestore({ projectId: 'p' });
         functions.http('hello', (request, response) => response.json({ path: database.doc('a/b').path }));`,
      ),
    },
  ];
}

function bundle(
  directory: string,
  name: string,
  code: string,
  format: 'esm' | 'cjs',
  external: string[] = [],
): string {
  const folder = path.join(directory, name);
  mkdirSync(folder, { recursive: true });
  buildSync({
    stdin: { contents: code, resolveDir: import.meta.dirname },
    outfile: path.join(folder, format === 'esm' ? 'index.mjs' : 'index.js'),
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format,
    external,
    mainFields: ['module', 'main'],
    logLevel: 'error',
    ...(format === 'esm' && {
      banner: {
        js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
      },
    }),
  });
  const manifest = { main: 'index.js', type: format === 'esm' ? 'module' : 'commonjs' };
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest));
  writeFileSync(path.join(folder, 'host.json'), JSON.stringify({ version: '2.0' }));
  return folder;
}

const request = (target: string): WireRequest => ({
  method: 'POST',
  host: 'app.example',
  path: target,
  query: '',
  headers: { host: 'app.example', 'content-type': 'application/json' },
  body: Buffer.from('{"a":1}'),
});

function requireAnswer(answeredWell: boolean): void {
  if (!answeredWell) throw new Error('A call was not answered well.');
}
