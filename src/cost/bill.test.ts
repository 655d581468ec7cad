import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { monthOfDays } from './arithmetic.ts';
import { type BillOptions, billFor, type Usage } from './bill.ts';
import { Decimal } from './decimal.ts';
import { PriceBook } from './prices/price-book.ts';

const source = { sources: ['https://example.com/prices'], seenOn: '2026-01-01', confidence: 'vendor' };
const directory = mkdtempSync(path.join(os.tmpdir(), 'price-book-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
mkdirSync(path.join(directory, 'aws'));
writeFileSync(
  path.join(directory, 'aws', 'thing.json'),
  JSON.stringify({
    cloud: 'aws',
    service: 'thing',
    prices: [
      {
        dimension: 'call',
        unit: 'call',
        free: { quantity: '10', period: 'month', kind: 'always', pool: 'shared' },
        listings: [
          { region: 'here', tiers: [{ upTo: '100', usd: '2' }, { usd: '1' }], ...source },
          { region: 'there', usd: '3', ...source },
        ],
      },
      {
        dimension: 'other_call',
        unit: 'call',
        free: { quantity: '10', period: 'month', kind: 'always', pool: 'shared' },
        listings: [{ region: 'here', usd: '5', ...source }],
      },
      {
        dimension: 'counted',
        unit: 'call',
        free: { quantity: '10', period: 'month', kind: 'always', countsTowardTiers: true },
        listings: [{ region: 'here', tiers: [{ upTo: '100', usd: '2' }, { usd: '1' }], ...source }],
      },
      {
        dimension: 'daily',
        unit: 'read',
        free: { quantity: '10', period: 'day', kind: 'always' },
        listings: [{ region: 'here', usd: '1', ...source }],
      },
      {
        dimension: 'first_year',
        unit: 'call',
        free: { quantity: '10', period: 'month', kind: '12-months' },
        listings: [{ region: 'here', usd: '1', ...source }],
      },
      {
        dimension: 'capacity',
        unit: 'hour',
        free: { quantity: '2', period: 'hour', kind: 'per-account' },
        listings: [{ region: 'here', usd: '1', ...source }],
      },
      { dimension: 'secret', unit: 'call', listings: [{ region: 'here', unknown: 'not public', ...source }] },
      {
        dimension: 'ends',
        unit: 'GB',
        listings: [{ region: 'here', tiers: [{ upTo: '5', usd: '1' }], ...source }],
      },
    ],
  }),
);
const book = new PriceBook(directory);

function bill(
  usages: [dimension: string, quantity: number, freeAllowance?: Usage['freeAllowance']][],
  options: Partial<BillOptions> = {},
) {
  return billFor(
    usages.map(([dimension, quantity, freeAllowance]) => ({
      name: dimension,
      price: `aws.thing.${dimension}`,
      quantity: Decimal.of(quantity),
      freeAllowance,
    })),
    { book, month: monthOfDays(30), freeTier: 'on', ...options },
  );
}
const total = (...parameters: Parameters<typeof bill>) => {
  const result = bill(...parameters).total;
  return result.kind === 'known' ? result.usd.toString() : result;
};

describe('free allowances', () => {
  test('come off before the tiers', () => {
    expect(total([['call', 10]])).toBe('0');
    expect(total([['call', 11]])).toBe('2');
    expect(total([['call', 111]])).toBe('201');
    expect(total([['call', 111]], { freeTier: 'off' })).toBe('211');
  });

  test('or are the first units of the first tier, where the vendor counts so', () => {
    expect(total([['counted', 100]])).toBe('180');
    expect(total([['counted', 101]])).toBe('181');
    expect(total([['counted', 101]], { freeTier: 'off' })).toBe('201');
  });

  test('are shared within a pool, in order', () => {
    expect(
      total([
        ['call', 6],
        ['other_call', 6],
      ]),
    ).toBe('10');
    expect(
      total([
        ['other_call', 12],
        ['call', 6],
      ]),
    ).toBe('22');
  });

  test('per day and per hour count for the whole month', () => {
    expect(total([['daily', 301]])).toBe('1');
    expect(total([['capacity', 1441, 'claimed']])).toBe('1');
    expect(total([['capacity', 1441]])).toBe('1441');
  });

  test('of the first year need to be asked for', () => {
    expect(total([['first_year', 11]])).toBe('11');
    expect(total([['first_year', 11]], { freeTier: '12-months' })).toBe('1');
  });

  test('do not cover what the vendor excludes, and are left for the rest', () => {
    expect(
      total([
        ['call', 5, 'never'],
        ['call', 10],
      ]),
    ).toBe('10');
  });
});

describe('lines', () => {
  test('usages of one price share its tiers and make one line', () => {
    const { components } = bill(
      [
        ['call', 60],
        ['call', 60],
      ],
      { freeTier: 'off' },
    );
    expect(components).toHaveLength(1);
    expect(components[0]?.charge).toMatchObject({ usd: Decimal.of(220) });
    expect(components[0]).toMatchObject({
      unit: 'call',
      price: { id: 'aws.thing.call', region: 'here', seenOn: '2026-01-01' },
    });
  });

  test('nothing used makes no line and costs nothing', () => {
    expect(
      bill([
        ['call', 0],
        ['secret', 0],
      ]),
    ).toEqual({ components: [], total: { kind: 'known', usd: Decimal.zero } });
  });
});

describe('gaps', () => {
  test('an unknown price leaves the total incomplete and says what is missing', () => {
    expect(
      total([
        ['call', 11],
        ['secret', 1],
      ]),
    ).toEqual({
      kind: 'incomplete',
      knownUsd: Decimal.of(2),
      unknown: ['secret'],
    });
  });

  test('a price that is not in the book, or not in the region', () => {
    expect(bill([['nothing', 1]]).components[0]?.charge).toEqual({
      kind: 'unknown',
      reason: 'the price book has no such price',
    });
    expect(total([['call', 11]], { region: 'there' })).toBe('3');
    expect(bill([['secret', 1]], { region: 'there' }).components[0]?.charge).toEqual({
      kind: 'unknown',
      reason: 'only known for here',
    });
  });

  test('more than the last public tier', () => {
    expect(total([['ends', 5]])).toBe('5');
    expect(bill([['ends', 7]]).components[0]?.charge).toEqual({
      kind: 'unknown',
      reason: 'no public price for the last 2 GB',
    });
  });
});
