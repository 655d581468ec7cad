import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PriceBook, PriceBookError } from './price-book.ts';

describe('the prices that come with the project', () => {
  const book = new PriceBook();
  const all = book.services().flatMap(({ cloud, service }) =>
    (book.prices(cloud, service) ?? []).map((price) => ({
      id: `${cloud}.${service}.${price.dimension}`,
      price,
    })),
  );

  test('are valid, and each stands once', () => {
    expect(all.length).toBeGreaterThan(250);
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    for (const { id, price } of all) {
      const regions = price.listings.map(({ region }) => region);
      expect(new Set(regions).size, id).toBe(regions.length);
    }
  });

  test('cover more than one region of each cloud', () => {
    for (const cloud of ['aws', 'azure', 'gcp']) {
      const regions = new Set(
        all
          .filter(({ id }) => id.startsWith(`${cloud}.`))
          .flatMap(({ price }) => price.listings.map(({ region }) => region)),
      );
      expect(regions.size, cloud).toBeGreaterThan(1);
    }
  });

  test('name where and when they were read', () => {
    expect(book.lookUp('aws.lambda.requests')).toMatchObject({
      kind: 'known',
      unit: 'request',
      reference: { region: 'us-east-1', seenOn: '2026-09-24', confidence: 'vendor' },
    });
  });

  test('prices of one pool have the same allowance', () => {
    const pools = new Map<string, Set<string>>();
    for (const { price } of all) {
      if (!price.free?.pool) continue;
      const quantities = pools.get(price.free.pool) ?? new Set();
      pools.set(
        price.free.pool,
        quantities.add(`${price.free.quantity} ${price.free.period} ${price.free.kind}`),
      );
    }
    expect(pools.size).toBeGreaterThan(2);
    for (const [pool, quantities] of pools) expect(quantities.size, pool).toBe(1);
  });
});

describe('a damaged price book', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(path.join(os.tmpdir(), 'price-book-'));
    mkdirSync(path.join(directory, 'aws'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const listing = { region: 'r', usd: '1', sources: ['https://example.com'], confidence: 'vendor' };
  const errorOf = (content: string) => {
    writeFileSync(path.join(directory, 'aws', 'thing.json'), content);
    try {
      new PriceBook(directory).prices('aws', 'thing');
    } catch (error) {
      expect(error).toBeInstanceOf(PriceBookError);
      return String(error);
    }
    return 'no error';
  };
  const errorWith = (changes: object) =>
    errorOf(
      JSON.stringify({
        cloud: 'aws',
        service: 'thing',
        prices: [{ dimension: 'call', unit: 'call', listings: [{ ...listing, ...changes }] }],
      }),
    );

  test('that is whole has no error', () => {
    expect(errorWith({})).toBe('no error');
  });

  test.each([
    [{ usd: 0.1 }, 'prices.0.listings.0.usd'],
    [{ usd: '-1' }, 'write it as decimal text'],
    [{ usd: undefined }, 'exactly one of "usd", "tiers" and "unknown"'],
    [{ unknown: 'why' }, 'exactly one of'],
    [{ sources: [] }, 'a price without a source is "unverified"'],
    [{ usd: undefined, tiers: [{ usd: '1' }, { usd: '2' }] }, 'tiers must ascend'],
    [
      {
        usd: undefined,
        tiers: [
          { upTo: '2', usd: '1' },
          { upTo: '2', usd: '2' },
        ],
      },
      'tiers must ascend',
    ],
    [{ price: '1' }, 'Unrecognized key: "price"'],
    [{ seenOn: 'yesterday' }, 'seenOn'],
  ])('%j: %s', (changes, message) => {
    const error = errorWith(changes);
    expect(error).toContain(message);
    expect(error).toContain('thing.json');
  });

  test('that is not JSON, or another service', () => {
    expect(errorOf('{')).toContain('thing.json');
    expect(
      errorOf(
        JSON.stringify({
          cloud: 'gcp',
          service: 'thing',
          prices: [{ dimension: 'c', unit: 'c', listings: [listing] }],
        }),
      ),
    ).toContain('says it holds gcp/thing');
  });

  test('a service without prices is no error', () => {
    const book = new PriceBook(directory);
    expect(book.prices('aws', 'thing')).toBeUndefined();
    expect(book.lookUp('aws.thing.call')).toMatchObject({ kind: 'unknown' });
    expect(book.regions('aws', 'thing')).toEqual([]);
  });
});
