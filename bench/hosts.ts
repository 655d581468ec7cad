/**
 * What it costs to run a function locally: cold starts with the vendors' SDKs in the bundle, and warm round trips.
 *
 * `node bench/hosts.ts [repetitions]`. A cold start is from the call to its answer, process start included; the compile
 * cache is warm, as it is from the second start of a function on.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { LambdaRuntime } from '../src/local/aws/lambda/runtime.ts';
import { AzureFunctionsRuntime } from '../src/local/azure/functions/runtime.ts';
import { createCertificateAuthority } from '../src/local/engine/certificate-authority.ts';
import { realClock } from '../src/local/engine/clock.ts';
import { ProcessKeeper } from '../src/local/engine/process-keeper.ts';
import { seededRandom } from '../src/local/engine/random.ts';
import type { WireRequest } from '../src/local/engine/wire.ts';
import { CloudRunRuntime } from '../src/local/gcp/functions/runtime.ts';

const REPETITIONS = Number(process.argv[2] ?? 15);
const WARM_CALLS = 2_000;

const directory = mkdtempSync(join(tmpdir(), 'hosts-bench-'));
const keeper = new ProcessKeeper();
const surroundings = {
  clock: realClock,
  wallClock: realClock,
  virtualTime: false,
  random: seededRandom(1),
  keeper,
  cacheDirectory: join(directory, 'cache'),
  runDirectory: join(directory, 'run'),
  network: { redirects: [{ host: '.amazonaws.com', ports: { 443: 1 } }] },
  trustCertificateFile: createCertificateAuthority(directory, realClock).certificateFile,
  frameworkDirectory: import.meta.dirname,
};

function bundle(name: string, code: string, format: 'esm' | 'cjs', external: string[] = []): string {
  const folder = join(directory, name);
  mkdirSync(folder, { recursive: true });
  buildSync({
    stdin: { contents: code, resolveDir: import.meta.dirname },
    outfile: join(folder, format === 'esm' ? 'index.mjs' : 'index.js'),
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
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ main: 'index.js', type: format === 'esm' ? 'module' : 'commonjs' }),
  );
  writeFileSync(join(folder, 'host.json'), JSON.stringify({ version: '2.0' }));
  return folder;
}

interface Runtime {
  call(): Promise<unknown>;
  close(): Promise<void>;
}

function lambda(name: string, code: string): () => Runtime {
  const folder = bundle(name, code, 'esm');
  return () => {
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
      call: async () => answered((await runtime.invoke({ payload })).kind === 'answered'),
      close: () => runtime.close(),
    };
  };
}

const request = (path: string): WireRequest => ({
  method: 'POST',
  host: 'app.example',
  path,
  query: '',
  headers: { host: 'app.example', 'content-type': 'application/json' },
  body: Buffer.from('{"a":1}'),
});

function azure(name: string, code: string): () => Runtime {
  const folder = bundle(name, code, 'cjs', ['@azure/functions-core']);
  return () => {
    const runtime = new AzureFunctionsRuntime(
      {
        name,
        directory: folder,
        environment: {},
        memoryMb: 2_048,
        concurrencyPerInstance: 16,
        maximumInstances: 4,
        alwaysReadyInstances: 0,
        planTimeoutMs: 60_000,
        keys: { master: '', host: [], functions: {} },
      },
      surroundings,
    );
    return {
      call: async () => answered((await runtime.invokeHttp(request('/api/hello'))).status === 200),
      close: () => runtime.close(),
    };
  };
}

function google(name: string, code: string): () => Runtime {
  const folder = bundle(name, code, 'cjs', ['@google-cloud/functions-framework']);
  return () => {
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
      call: async () => answered((await runtime.invoke(request('/'))).status === 200),
      close: () => runtime.close(),
    };
  };
}

function answered(well: boolean): void {
  if (!well) throw new Error('A benchmark call was not answered well.');
}

const median = (values: number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

async function measure(name: string, start: () => Runtime): Promise<void> {
  const cold: number[] = [];
  let warm = Number.NaN;
  for (let repetition = -2; repetition < REPETITIONS; repetition++) {
    const runtime = start();
    const startedMs = performance.now();
    await runtime.call();
    if (repetition >= 0) cold.push(performance.now() - startedMs);
    // The first starts fill the compile cache, which is written after their first call.
    else await new Promise((resolve) => setTimeout(resolve, 700));
    await runtime.call();
    if (repetition === REPETITIONS - 1) {
      for (let call = 0; call < 300; call++) await runtime.call();
      const times: number[] = [];
      for (let call = 0; call < WARM_CALLS; call++) {
        const callMs = performance.now();
        await runtime.call();
        times.push(performance.now() - callMs);
      }
      warm = median(times);
    }
    await runtime.close();
  }
  console.log(
    `${name.padEnd(44)} cold ${median(cold).toFixed(0).padStart(4)} ms   warm ${warm.toFixed(3)} ms`,
  );
}

const DYNAMODB = `import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
  import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  export const commands = [GetCommand, PutCommand, client];`;

await measure('AWS Lambda, empty', lambda('lambda-empty', 'export const handler = async (event) => event;'));
await measure(
  'AWS Lambda, DynamoDB document client',
  lambda('lambda-dynamodb', `${DYNAMODB} export const handler = async (event) => event;`),
);
await measure(
  'Azure Functions, HTTP',
  azure(
    'azure-http',
    `import { app } from '@azure/functions'; app.http('hello', { authLevel: 'anonymous', handler: async () => ({ jsonBody: {} }) });`,
  ),
);
await measure(
  'Azure Functions, HTTP with Cosmos DB and identity',
  azure(
    'azure-cosmos',
    `import { app } from '@azure/functions'; import { CosmosClient } from '@azure/cosmos'; import { ManagedIdentityCredential } from '@azure/identity';
     export const clients = [CosmosClient, ManagedIdentityCredential];
     app.http('hello', { authLevel: 'anonymous', handler: async () => ({ jsonBody: {} }) });`,
  ),
);
await measure(
  'Cloud Run function, HTTP',
  google(
    'google-http',
    `const functions = require('@google-cloud/functions-framework'); functions.http('hello', (req, res) => res.json({}));`,
  ),
);
await measure(
  'Cloud Run function, HTTP with Firestore',
  google(
    'google-firestore',
    `const functions = require('@google-cloud/functions-framework'); const { Firestore } = require('@google-cloud/firestore');
     const db = new Firestore({ projectId: 'p' }); functions.http('hello', (req, res) => res.json({ path: db.doc('a/b').path }));`,
  ),
);
keeper.close();
rmSync(directory, { recursive: true, force: true });
