import { describe, expect, test } from 'vitest';
import { averageMonth } from '../arithmetic.ts';
import type { BillOptions } from '../bill.ts';
import { PriceBook } from '../prices/price-book.ts';
import type { UsageProfile } from '../profile/usage-profile.ts';
import { dominantDriver, type Projection, project, type Scale } from './project.ts';
import { emptyProvision, type FunctionFacts, type Provision } from './provision.ts';

const book = new PriceBook();
const options: BillOptions = { book, month: averageMonth, freeTier: 'off' };
const monthlyAt = (daily: number) => (daily * 730) / 24;

const profile = (changes: Partial<UsageProfile> = {}): UsageProfile => ({
  pattern: 'test',
  cloud: 'aws',
  transaction: 'One',
  payloadKb: [1],
  cpuMs: 3,
  functions: [],
  messages: {},
  uses: [],
  customMetrics: 0,
  ...changes,
});

const lambda = (changes: Partial<FunctionFacts> = {}): FunctionFacts => ({
  address: 'f',
  platform: 'lambda',
  memoryMb: 1769,
  vcpu: 1,
  concurrency: 1,
  readyInstances: 0,
  architecture: 'arm64',
  ephemeralMb: 512,
  traced: false,
  ...changes,
});

function provision(changes: Partial<Provision>): Provision {
  return { ...emptyProvision('aws'), ...changes };
}

function quantity({ components }: Projection, name: string): number {
  return components
    .filter((component) => component.name === name)
    .reduce((sum, component) => sum + component.quantity.toNumber(), 0);
}

const at = (scale: Partial<Scale> = {}): Scale => ({ dailyTransactions: 24_000, ...scale });

describe('metered units', () => {
  const reads = (store: 'on-demand' | 'provisioned') =>
    project(
      profile({
        uses: [{ service: 'dynamodb', unit: 'read-request-units', resource: 't', quantity: 2 }],
      }),
      provision({ stores: [{ address: 't', mode: store }] }),
      at(),
      options,
    );

  test('are charged for every transaction of the month', () => {
    expect(quantity(reads('on-demand'), 'DynamoDB: Read request units')).toBeCloseTo(
      2 * monthlyAt(24_000),
      3,
    );
  });

  test('are not charged where provisioned capacity pays for them', () => {
    expect(reads('provisioned').components).toEqual([]);
  });

  test('that no price is known for are a gap, not nothing', () => {
    const { total, components } = project(
      profile({ uses: [{ service: 'quantum', unit: 'leaps', quantity: 1 }] }),
      provision({}),
      at(),
      options,
    );
    expect(total).toMatchObject({ kind: 'incomplete', unknown: ['quantum: leaps'] });
    expect(components).toHaveLength(1);
  });

  test('that grow with the payload are taken at its size', () => {
    const grown = project(
      profile({
        payloadKb: [1, 3],
        uses: [{ service: 'dynamodb', unit: 'write-request-units', resource: 't', quantity: [1, 3] }],
      }),
      provision({}),
      at({ payloadKb: 2 }),
      options,
    );
    expect(quantity(grown, 'DynamoDB: Write request units')).toBeCloseTo(2 * monthlyAt(24_000), 3);
  });
});

describe('resources', () => {
  test('of a type that nobody knows are a gap', () => {
    const { total } = project(
      profile(),
      provision({ unknown: [{ type: 'aws_wafv2_web_acl', addresses: ['aws_wafv2_web_acl.this'] }] }),
      at(),
      options,
    );
    expect(total).toMatchObject({ kind: 'incomplete' });
  });

  test('that cost by the hour cost every hour of the month', () => {
    const projection = project(
      profile(),
      provision({
        fixed: [
          { address: 'n', name: 'NAT gateways', price: 'aws.nat.gateway_hour', quantity: 2, per: 'hour' },
        ],
      }),
      at(),
      options,
    );
    expect(quantity(projection, 'NAT gateway: NAT gateways')).toBe(1460);
    expect(projection.total).toMatchObject({ kind: 'known' });
    expect(dominantDriver(projection)?.name).toBe('NAT gateway: NAT gateways');
  });
});

describe('a function', () => {
  const called = profile({ functions: [{ function: 'f', invocations: 1, calls: { dynamodb: 2 } }] });
  const of = (facts: Partial<FunctionFacts>, scale: Partial<Scale> = {}) =>
    project(called, provision({ functions: [lambda(facts)] }), at(scale), options);

  test('runs as long as its CPU time and its waits', () => {
    // 2 ms of the runtime, 3 of its own, 1 for each of two calls; two waits of 5 ms.
    expect(of({}).functions[0]?.durationMs).toBe(17);
    expect(of({ memoryMb: 442.25, vcpu: 0.25 }).functions[0]?.durationMs).toBe(38);
    expect(of({}, { durationMs: 100 }).functions[0]?.durationMs).toBe(100);
  });

  test('is charged for its memory', () => {
    const gbSeconds = (memoryMb: number) =>
      quantity(of({ memoryMb }, { durationMs: 100 }), 'Lambda: Duration (arm64)');
    expect(gbSeconds(1024)).toBeCloseTo(monthlyAt(24_000) * 0.1, 3);
    expect(gbSeconds(2048)).toBeCloseTo(2 * gbSeconds(1024), 6);
  });

  test('with provisioned concurrency pays for it around the clock, and has no free allowance', () => {
    const projection = project(
      called,
      provision({ functions: [lambda({ memoryMb: 1024, readyInstances: 2 })] }),
      at(),
      { ...options, freeTier: 'on' },
    );
    expect(quantity(projection, 'Lambda: Provisioned concurrency (arm64)')).toBe(2 * 730 * 3600);
    const requests = projection.components.find(({ name }) => name === 'Lambda: Requests');
    expect(requests?.freeQuantity.isZero()).toBe(true);
  });

  test('on Flex Consumption pays at least a second for a request that comes alone', () => {
    const projection = project(
      called,
      provision({ functions: [lambda({ platform: 'azure-flex', memoryMb: 2048 })] }),
      at({ dailyTransactions: 24 }),
      options,
    );
    expect(quantity(projection, 'Functions: Execution time') / monthlyAt(24)).toBeCloseTo(2, 1);
  });
});

describe('an event source of a queue', () => {
  const consumer = profile({
    functions: [{ function: 'f', invocations: 0, calls: { dynamodb: 1 } }],
    messages: { q: 1 },
  });
  const of = (batchSize: number, scale: Partial<Scale> = {}, windowSeconds = 0) =>
    project(
      consumer,
      provision({
        functions: [lambda()],
        eventSources: [
          { address: 'm', source: 'sqs', from: 'q', function: 'f', batchSize, windowSeconds, pollers: 5 },
        ],
      }),
      at(scale),
      options,
    );
  const calls = 'SQS: Receives and deletes of event sources';

  test('calls the function once for each batch, half of which is filled', () => {
    expect(quantity(of(10), 'Lambda: Requests')).toBeCloseTo(monthlyAt(24_000) / 5, 3);
    expect(quantity(of(1), 'Lambda: Requests')).toBeCloseTo(monthlyAt(24_000), 3);
    expect(quantity(of(10, { batchFill: 1 }), 'Lambda: Requests')).toBeCloseTo(monthlyAt(24_000) / 10, 3);
  });

  test('receives and deletes by the batch, and by 64 KB', () => {
    expect(quantity(of(10), calls)).toBeCloseTo((2 * monthlyAt(24_000)) / 5, 3);
    // Five messages of 40 KB are four units.
    expect(quantity(of(10, { payloadKb: 40 }), calls)).toBeCloseTo((5 * monthlyAt(24_000)) / 5, 3);
  });

  test('gathers as many messages as come within its window', () => {
    // 100 messages a second, one second.
    const gathered = of(1000, { dailyTransactions: 8_640_000, batchFill: 0.01 }, 1);
    expect(quantity(gathered, 'Lambda: Requests')).toBe(Math.round(monthlyAt(8_640_000) / 101));
  });

  test('has five pollers that ask every 20 seconds', () => {
    expect(quantity(of(10), 'SQS: Idle polling of event sources')).toBe((5 * 730 * 3600) / 20);
  });

  test('gives an invocation as much work as there are messages in its batch', () => {
    expect(of(1).functions[0]?.durationMs).toBe(2 + 3 + 1 + 5);
    expect(of(10).functions[0]?.durationMs).toBe(2 + 5 * (3 + 1 + 5));
  });
});

describe('logs', () => {
  const logging = profile({
    cloud: 'azure',
    uses: [{ service: 'log-analytics', unit: 'ingested-bytes', resource: 'w', quantity: 1e6 }],
  });
  const of = (dailyCapGb: number | undefined) =>
    project(
      logging,
      { ...emptyProvision('azure'), logs: [{ address: 'w', days: 120, dailyCapGb }] },
      at(),
      options,
    );

  test('are charged up to the daily cap, and the rest is said to be lost', () => {
    expect(quantity(of(undefined), 'Monitor: Logs ingested')).toBeCloseTo(24 * (730 / 24), 6);
    const capped = of(6);
    expect(quantity(capped, 'Monitor: Logs ingested')).toBeCloseTo(6 * (730 / 24), 6);
    expect(capped.notes.join()).toContain('drops 75 %');
    expect(of(undefined).notes).toEqual([]);
  });

  test('cost for as long as they are kept beyond what is included', () => {
    expect(quantity(of(undefined), 'Monitor: Retention')).toBeCloseTo((730 * 30) / (365 / 12), 6);
  });
});
