import { describe, expect, test } from 'vitest';
import { averageMonth } from '../arithmetic.ts';
import type { BillOptions } from '../bill.ts';
import { PriceBook } from '../prices/price-book.ts';
import type { UsageProfile } from '../profile/usage-profile.ts';
import { compareClouds, compareVariants } from './break-even.ts';
import type { CostedStack } from './pattern-cost.ts';
import { emptyProvision, type FunctionFacts } from './provision.ts';

const options: BillOptions = { book: new PriceBook(), month: averageMonth, freeTier: 'off' };
const comparing = { scale: {}, options: () => options };
const names = { aws: 'AWS', azure: 'Azure', gcp: 'Google Cloud' };

const profile: UsageProfile = {
  pattern: 'test',
  cloud: 'aws',
  transaction: 'One',
  payloadKb: [1],
  cpuMs: 3,
  functions: [],
  messages: {},
  uses: [],
  customMetrics: 0,
};

describe('between clouds', () => {
  /** 7.30 USD a month, whatever happens. */
  const fixed: CostedStack = {
    cloud: 'azure',
    profile: { ...profile, cloud: 'azure' },
    provision: {
      ...emptyProvision('azure'),
      fixed: [
        {
          address: 'e',
          name: 'Private endpoints',
          price: 'azure.privatelink.endpoint_hour',
          quantity: 1,
          per: 'hour',
        },
      ],
    },
  };
  /** A dollar a million. */
  const byUse: CostedStack = {
    cloud: 'aws',
    profile: { ...profile, uses: [{ service: 'api-gateway', unit: 'http-api-requests', quantity: 1 }] },
    provision: emptyProvision('aws'),
  };

  test('the point is where both cost the same', () => {
    const [comparison] = compareClouds([byUse, fixed], comparing, names);
    expect(comparison).toMatchObject({ first: 'AWS', second: 'Azure', cheaperBelow: 'AWS' });
    expect(comparison?.breakEvens).toHaveLength(1);
    expect(comparison?.breakEvens[0]).toMatchObject({ cheaperAbove: 'Azure' });
    // 7.3 million a month.
    expect(comparison?.breakEvens[0]?.dailyTransactions).toBeCloseTo(7.3e6 / (730 / 24), -2);
  });

  test('where one is always cheaper there is none', () => {
    const nothing = { ...fixed, provision: emptyProvision('azure') };
    const [comparison] = compareClouds([byUse, nothing], comparing, names);
    expect(comparison).toMatchObject({ cheaperBelow: 'Azure', breakEvens: [] });
  });

  test('of three clouds every pair is compared', () => {
    const third = { ...fixed, cloud: 'gcp', provision: emptyProvision('gcp') } as const;
    expect(compareClouds([byUse, fixed, third], comparing, names)).toHaveLength(3);
  });
});

describe('where a price is unknown', () => {
  const use = (service: string, unit: string): CostedStack => ({
    cloud: 'aws',
    profile: { ...profile, uses: [{ service, unit, quantity: 1 }] },
    provision: emptyProvision('aws'),
  });
  const known = use('api-gateway', 'http-api-requests');

  test('and one side uses it, neither is called cheaper', () => {
    const [comparison] = compareClouds(
      [use('moon', 'rocks'), { ...known, cloud: 'azure' }],
      comparing,
      names,
    );
    expect(comparison).toMatchObject({
      breakEvens: [],
      cheaperBelow: 'unknown without a price for aws.moon.rocks',
      unknownPrices: ['aws.moon.rocks'],
    });
  });

  test('and both sides use as much of it, the rest decides', () => {
    const both = {
      ...known,
      profile: { ...profile, uses: [...known.profile.uses, { service: 'moon', unit: 'rocks', quantity: 1 }] },
    };
    expect(compareVariants([both], comparing).find(({ second }) => /REST API/.test(second))).toMatchObject({
      cheaperBelow: 'as it is',
    });
  });
});

describe('between variants', () => {
  const lambda: FunctionFacts = {
    address: 'f',
    platform: 'lambda',
    memoryMb: 1024,
    vcpu: 1024 / 1769,
    concurrency: 1,
    readyInstances: 0,
    architecture: 'arm64',
    ephemeralMb: 512,
    traced: false,
  };
  const stack = (changes: Partial<CostedStack> = {}): CostedStack => ({
    cloud: 'aws',
    profile: {
      ...profile,
      functions: [{ function: 'f', invocations: 1, calls: {} }],
      uses: [{ service: 'api-gateway', unit: 'http-api-requests', quantity: 1 }],
    },
    provision: { ...emptyProvision('aws'), functions: [lambda] },
    ...changes,
  });
  const of = (changed: CostedStack, name: RegExp) =>
    compareVariants([changed], comparing).find(({ second }) => name.test(second));

  test('a REST API is never cheaper than an HTTP API', () => {
    expect(of(stack(), /REST API/)).toMatchObject({ cheaperBelow: 'as it is', breakEvens: [] });
  });

  test('containers are cheaper from some volume on', () => {
    const comparison = of(stack(), /Fargate/);
    expect(comparison?.cheaperBelow).toBe('as it is');
    expect(comparison?.breakEvens[0]?.cheaperAbove).toContain('Fargate');
    expect(comparison?.breakEvens[0]?.dailyTransactions).toBeGreaterThan(100_000);
  });

  test('only what a stack has can be replaced', () => {
    const x86 = stack({
      provision: { ...emptyProvision('aws'), functions: [{ ...lambda, architecture: 'x86' }] },
    });
    expect(of(x86, /x86 instead/)).toBeUndefined();
    expect(of(stack({ profile }), /REST API/)).toBeUndefined();
    const source = {
      address: 'm',
      source: 'sqs',
      from: 'q',
      function: 'f',
      batchSize: 10,
      windowSeconds: 0,
      pollers: 5,
    } as const;
    const queued = stack({
      provision: { ...emptyProvision('aws'), functions: [lambda], eventSources: [source] },
    });
    expect(of(queued, /Fargate/)).toBeUndefined();
  });

  test('the Consumption plan is cheaper than Flex Consumption for short requests', () => {
    const azure = stack({
      cloud: 'azure',
      provision: {
        ...emptyProvision('azure'),
        functions: [{ ...lambda, platform: 'azure-flex', memoryMb: 512, concurrency: 4 }],
      },
    });
    expect(of(azure, /Consumption plan/)).toMatchObject({
      cheaperBelow: expect.stringContaining('Consumption plan'),
    });
  });
});
