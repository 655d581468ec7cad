import { describe, expect, test } from 'vitest';
import { averageMonth } from '../arithmetic.ts';
import type { BillOptions } from '../bill.ts';
import { PriceBook } from '../prices/price-book.ts';
import type { UsageProfile } from '../profile/usage-profile.ts';
import type { CostedStack } from '../projection/pattern-cost.ts';
import { emptyProvision } from '../projection/provision.ts';
import { type ColdStartFigures, coldStartFigures } from './mitigations.ts';

const bill: BillOptions = { book: new PriceBook(), month: averageMonth, freeTier: 'off' };

const profile: UsageProfile = {
  pattern: 'test',
  cloud: 'aws',
  transaction: 'One',
  payloadKb: [1],
  cpuMs: 20,
  functions: [{ function: 'f', invocations: 1, calls: {} }],
  messages: {},
  uses: [],
  customMetrics: 0,
};

const stack: CostedStack = {
  cloud: 'aws',
  profile,
  provision: {
    ...emptyProvision('aws'),
    functions: [
      {
        address: 'f',
        platform: 'lambda',
        memoryMb: 512,
        vcpu: 512 / 1769,
        concurrency: 1,
        readyInstances: 0,
        architecture: 'arm64',
        ephemeralMb: 512,
        traced: false,
      },
    ],
  },
};

const figures = (traffic: Parameters<typeof coldStartFigures>[3]['traffic']) =>
  coldStartFigures(stack, { dailyTransactions: 50 }, bill, { traffic, seed: 1 });
const row = (rows: ColdStartFigures[], mitigation: string) => {
  const found = rows.find((each) => each.mitigation === mitigation);
  if (!found) throw new Error(`no row '${mitigation}' in ${rows.map((each) => each.mitigation).join(', ')}`);
  return found;
};

describe('with a request every half hour', () => {
  const rows = figures('even');

  test('most requests are cold, and wait for the start', () => {
    const plain = row(rows, 'as it is');
    expect(plain.coldShare).toBeGreaterThan(0.6);
    expect(plain.p50Ms).toBeGreaterThan(300);
    expect(plain.extraUsd).toBe(0);
  });

  test('an instance that stands ready ends that, at its price', () => {
    const provisioned = row(rows, '1 provisioned');
    expect(provisioned.coldShare).toBeLessThan(0.01);
    // 0.5 GB for 730 hours at 0.0000033334.
    expect(provisioned.extraUsd).toBeCloseTo(0.5 * 730 * 3600 * 0.0000033334, 1);
  });

  test('a ping does nearly the same for next to nothing', () => {
    const pinged = row(rows, 'a ping every 5 minutes');
    expect(pinged.coldShare).toBeLessThan(0.01);
    expect(pinged.extraUsd).toBeGreaterThan(0);
    expect(pinged.extraUsd).toBeLessThan(0.1);
  });

  test('more memory makes the run shorter, not the start rarer', () => {
    const larger = row(rows, '1024 MB');
    expect(larger.coldShare).toBeCloseTo(row(rows, 'as it is').coldShare, 1);
    expect(larger.p50Ms).toBeLessThan(row(rows, 'as it is').p50Ms);
  });
});

test('bursts need as many instances as they have requests, and one that is ready is not enough', () => {
  const rows = figures({ requestsPerBurst: 10 });
  expect(row(rows, 'as it is').concurrency).toBeGreaterThanOrEqual(10);
  expect(row(rows, '1 provisioned').coldShare).toBeGreaterThan(0.5);
});

test('a function that only a queue calls makes nobody wait', () => {
  const source = {
    address: 'm',
    source: 'sqs',
    from: 'q',
    function: 'f',
    batchSize: 10,
    windowSeconds: 0,
    pollers: 5,
  } as const;
  const queued = { ...stack, provision: { ...stack.provision, eventSources: [source] } };
  expect(coldStartFigures(queued, { dailyTransactions: 50 }, bill, { traffic: 'even', seed: 1 })).toEqual([]);
});
