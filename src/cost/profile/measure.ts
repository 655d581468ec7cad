import { existsSync } from 'node:fs';
import path from 'node:path';
import type { PatternFolder } from '../../catalog/catalog.ts';
import { fastForwardClock } from '../../local/engine/clock.ts';
import { noFaults } from '../../local/engine/faults.ts';
import { seededRandom } from '../../local/engine/random.ts';
import type { Span } from '../../local/engine/trace-store.ts';
import { type LocalCloud, startLocalCloud } from '../../local/local-cloud.ts';
import type { Cloud } from '../../package/clouds.ts';
import { buildPackage } from '../../package/function-packages.ts';
import type { App } from '../../patterns/scenario.ts';
import { defaultCpuMs, type Transaction, type Workload } from '../../patterns/workload.ts';
import { createApp } from '../../proof/app.ts';
import { StackIndex } from '../projection/stack-index.ts';
import type { PerTransaction, UsageProfile } from './usage-profile.ts';

/** Whether a pattern says what its callers do. */
export function hasWorkload(folder: PatternFolder): boolean {
  return existsSync(workloadFile(folder));
}

const workloadFile = ({ directory }: PatternFolder) => path.join(directory, 'workload.ts');

/**
 * Runs a pattern's workload on one cloud and meters it: once for each of its payload sizes, or for the usual one only.
 * @param transaction what one transaction is, in words
 */
export async function measureProfile(
  folder: PatternFolder,
  cloud: Cloud,
  transaction: string,
  { payloads }: { payloads: 'all' | 'usual' },
): Promise<UsageProfile> {
  const { default: workload } = (await import(workloadFile(folder))) as { default: Workload };
  const sizes = payloads === 'all' ? [...workload.payloadKb] : [workload.payloadKb[0]];
  const runs: Usage[] = [];
  for (const payloadKb of sizes) runs.push(await meteredRun(folder, cloud, workload, payloadKb));
  return {
    pattern: folder.name,
    cloud,
    transaction,
    payloadKb: sizes,
    cpuMs: workload.cpuMs ?? defaultCpuMs,
    ...combined(runs),
  };
}

/** Units per transaction of one run, each under the name of what it is of. */
interface Usage {
  invocations: Map<string, number>;
  /** `function\nservice` */
  calls: Map<string, number>;
  messages: Map<string, number>;
  /** `service\nunit\nresource` */
  uses: Map<string, number>;
  customMetrics: number;
}

const bytesPerKb = 1024;
const warmUpTransactions = 15;

async function meteredRun(
  folder: PatternFolder,
  cloud: Cloud,
  workload: Workload,
  payloadKb: number,
): Promise<Usage> {
  await buildPackage(folder.name, cloud);
  const clock = fastForwardClock();
  const local = await startLocalCloud({
    cloud,
    directory: path.join(folder.directory, cloud),
    virtualClock: clock,
    skipsPauses: true,
  });
  try {
    const app = createApp(local, {
      clock,
      random: seededRandom(1),
      faults: noFaults,
      step: (_name, prove) => prove(),
    });
    return await meteredRound(local, app, workload, payloadKb);
  } finally {
    await local.close();
  }
}

async function meteredRound(
  local: LocalCloud,
  app: App,
  workload: Workload,
  payloadKb: number,
): Promise<Usage> {
  let answeredBytes = 0;
  const counted: App = {
    ...app,
    async fetch(pathAndQuery, init) {
      const response = await app.fetch(pathAndQuery, init);
      answeredBytes += await sizeOf(response.clone());
      return response;
    },
  };
  const transactions = await workload.start(counted, 'x'.repeat(Math.round(payloadKb * bytesPerKb)));
  const order = inTurn(transactions);
  // One at a time, up to its last effect: what many at once do to each other is load, not the transaction.
  const isQueued = local.access.channels.length > 0;
  const seen = new Set<string>();
  let spans: Span[] = [];
  const collectSpans = () => {
    for (const trace of local.traces.traces()) {
      if (seen.has(trace.traceId)) continue;
      seen.add(trace.traceId);
      spans.push(...trace.spans);
    }
  };
  const perform = async (runs: readonly (() => Promise<void>)[]) => {
    for (const run of runs) {
      await run();
      if (!isQueued) continue;
      await app.settled();
      // Now: a transaction has several traces, and the store keeps only the latest.
      collectSpans();
    }
    await app.settled();
    collectSpans();
  };
  // The first ones open connections and fill caches.
  await perform(order.slice(0, warmUpTransactions));
  const storedBefore = await storedBytes(local);
  local.meter.reset();
  answeredBytes = 0;
  spans = [];
  await perform(order);
  return usageOf(local, spans, {
    transactions: order.length,
    answeredBytes,
    storedBytes: difference(await storedBytes(local), storedBefore),
  });
}

/** The transactions of a round, evenly mixed: each kind as often as its share, spread over the whole round. */
function inTurn(transactions: readonly Transaction[]): (() => Promise<void>)[] {
  const due = transactions.flatMap(({ share, run }) =>
    Array.from({ length: share }, (_, turn) => ({ at: (turn + 0.5) / share, run })),
  );
  return due.sort((a, b) => a.at - b.at).map(({ run }) => run);
}

/** Body and headers of an answer. */
async function sizeOf(response: Response): Promise<number> {
  let bytes = (await response.arrayBuffer()).byteLength;
  for (const [name, value] of response.headers) bytes += name.length + value.length + 4;
  return bytes;
}

/** What every table and bucket holds, under `service\nname`. */
async function storedBytes({ cloud, access, stack }: LocalCloud): Promise<Map<string, number>> {
  const services = { aws: ['dynamodb', 's3'], azure: ['cosmos-db', 'blob'], gcp: ['firestore', 'storage'] };
  const [tableService = '', bucketService = ''] = services[cloud];
  // What each keeps with an item: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
  const overheadBytes = 100;
  const stored = new Map<string, number>();
  for (const [output, { value }] of Object.entries(stack.outputs)) {
    if (!/(^|_)table_name$/.test(output) || typeof value !== 'string') continue;
    const documents = await access.table(value).documents();
    const bytes = documents.map((document) => Buffer.byteLength(JSON.stringify(document)) + overheadBytes);
    stored.set(
      `${tableService}\n${value}`,
      bytes.reduce((sum, each) => sum + each, 0),
    );
  }
  for (const bucket of access.buckets) {
    const objects = await bucket.list();
    stored.set(
      `${bucketService}\n${bucket.name}`,
      objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    );
  }
  return stored;
}

function difference(after: Map<string, number>, before: Map<string, number>): Map<string, number> {
  return new Map([...after].map(([key, bytes]) => [key, Math.max(0, bytes - (before.get(key) ?? 0))]));
}

function usageOf(
  local: LocalCloud,
  spans: readonly Span[],
  measured: { transactions: number; answeredBytes: number; storedBytes: Map<string, number> },
): Usage {
  const index = new StackIndex(local.stack.resources);
  const { transactions } = measured;
  const usage: Usage = {
    invocations: new Map(),
    calls: callsOf(index, spans, transactions),
    messages: new Map(),
    uses: new Map(),
    customMetrics: local.metrics.series().filter(({ namespace }) => isOwnMetric(local.cloud, namespace))
      .length,
  };
  const add = (map: Map<string, number>, key: string, quantity: number) =>
    map.set(key, (map.get(key) ?? 0) + quantity / transactions);
  for (const { service, unit, resource, quantity } of local.meter.readings()) {
    const key = `${service} ${unit}`;
    const named = index.find(resource, isOfFunction.has(key) ? functionTypes : undefined);
    const address = named?.address ?? '';
    if (isInvocations.has(key)) add(usage.invocations, address, quantity);
    else if (key === 'lambda event-source-invocations') add(usage.invocations, address, -quantity);
    else if (key === 'sqs poller-requests') {
      const unit = named?.values.fifo_queue === true ? 'fifo-requests' : 'standard-requests';
      add(usage.uses, `sqs\n${unit}\n${address}`, -quantity);
    } else if (key === 'lambda event-source-messages') add(usage.messages, address, quantity);
    else if (!isByDuration.test(key)) add(usage.uses, `${service}\n${unit}\n${address}`, quantity);
  }
  for (const [key, bytes] of measured.storedBytes) {
    const [service = '', name = ''] = key.split('\n');
    if (bytes > 0) add(usage.uses, `${service}\nstored-bytes\n${index.find(name)?.address ?? ''}`, bytes);
  }
  if (measured.answeredBytes > 0) add(usage.uses, 'network\ninternet-out-bytes\n', measured.answeredBytes);
  return usage;
}

const isInvocations = new Set(['lambda requests', 'functions executions', 'cloud-run requests']);
const isOfFunction = new Set([...isInvocations, 'lambda event-source-invocations']);
/** Units that depend on how long something runs: the duration model gives them. Traces follow from the sampling rule. */
const isByDuration =
  /^(lambda gb-seconds-|functions \S+-gb-seconds$|cloud-run request-|x-ray traces$|scheduler )/;

const isOwnMetric = (cloud: Cloud, namespace: string) => cloud === 'aws' && !namespace.startsWith('AWS/');

/** A service refuses a call as one too many. How often that happens depends on how fast this machine is. */
const throttledStatus = 429;

/** Calls that functions make and that are answered, by the spans below their own. */
function callsOf(index: StackIndex, spans: readonly Span[], transactions: number): Map<string, number> {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const calls = new Map<string, number>();
  for (const { service, parentSpanId, attributes } of spans) {
    if (attributes.status === throttledStatus) continue;
    const parent = parentSpanId === undefined ? undefined : byId.get(parentSpanId);
    const caller = parent && index.find(parent.service, functionTypes);
    if (!caller || index.find(service, functionTypes)) continue;
    const key = `${caller.address}\n${service}`;
    calls.set(key, (calls.get(key) ?? 0) + 1 / transactions);
  }
  return calls;
}

const functionTypes = [
  'aws_lambda_function',
  'azurerm_function_app_flex_consumption',
  'azurerm_linux_function_app',
  'google_cloudfunctions2_function',
  'google_cloud_run_v2_service',
];

type Combined = Pick<UsageProfile, 'functions' | 'messages' | 'uses' | 'customMetrics'>;

/** One quantity for each run, or a single one where they are the same. */
function combined(runs: readonly Usage[]): Combined {
  const over = (of: (usage: Usage) => Map<string, number>, key: string): PerTransaction => {
    const values = runs.map((usage) => rounded(of(usage).get(key) ?? 0));
    const [first = 0] = values;
    return values.every((value) => Math.abs(value - first) <= 0.02 * Math.abs(first)) ? first : values;
  };
  const keys = (of: (usage: Usage) => Map<string, number>) =>
    [...new Set(runs.flatMap((usage) => [...of(usage).keys()]))].sort();
  return {
    functions: keys(({ invocations }) => invocations).map((address) => ({
      function: address,
      invocations: over(({ invocations }) => invocations, address),
      calls: Object.fromEntries(
        keys(({ calls }) => calls)
          .filter((key) => key.startsWith(`${address}\n`))
          .map((key) => [key.slice(address.length + 1), over(({ calls }) => calls, key)]),
      ),
    })),
    messages: Object.fromEntries(
      keys(({ messages }) => messages).map((address) => [address, over(({ messages }) => messages, address)]),
    ),
    uses: keys(({ uses }) => uses).flatMap((key) => {
      const [service = '', unit = '', resource = ''] = key.split('\n');
      const quantity = over(({ uses }) => uses, key);
      // What only event sources have used cancels out.
      if (quantity === 0) return [];
      return { service, unit, ...(resource !== '' && { resource }), quantity };
    }),
    customMetrics: Math.max(0, ...runs.map(({ customMetrics }) => customMetrics)),
  };
}

/** Three digits: what goes beyond is noise. */
function rounded(value: number): number {
  return Math.abs(value) < 1e-12 ? 0 : Number(value.toPrecision(3));
}
