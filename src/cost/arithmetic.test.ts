import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { gbOfKb, gbSeconds, graduated, monthOfDays, startedUnits } from './arithmetic.ts';
import { Decimal, sum } from './decimal.ts';

describe('billing units', () => {
  test.each([
    [0, 64, '1'],
    [1, 64, '1'],
    [64, 64, '1'],
    [64.001, 64, '2'],
    [256, 64, '4'],
    [4.5, 1, '5'],
    [45, 25, '2'],
    [1000, 25, '40'],
  ])('%d KB in units of %d KB make %s', (size, unit, units) => {
    expect(startedUnits(size, unit).toString()).toBe(units);
  });

  test('GB-seconds divide memory by 1024', () => {
    expect(gbSeconds(3_000_000, 120, 1536).toString()).toBe('540000');
    // 1 GB-second is 1,024,000 MB-milliseconds (functions-consumption-costs, Microsoft Learn).
    expect(gbSeconds(1, 1_024_000, 1).toString()).toBe('1');
    expect(gbOfKb(1024 * 1024).toString()).toBe('1');
  });

  test('a month of days has its hours and seconds', () => {
    expect(monthOfDays(31)).toEqual({
      days: Decimal.of(31),
      hours: Decimal.of(744),
      seconds: Decimal.of(2_678_400),
    });
  });
});

describe('graduated tiers', () => {
  const tiers = [
    { upTo: Decimal.of(10), usd: Decimal.of('0.5') },
    { upTo: Decimal.of(30), usd: Decimal.of('0.25') },
    { usd: Decimal.of('0.1') },
  ];
  const cost = (quantity: number, from = 0) =>
    sum(graduated(Decimal.of(quantity), tiers, Decimal.of(from)).charges.map(({ usd }) => usd)).toString();

  test.each([
    [0, '0'],
    [10, '5'],
    [11, '5.25'],
    [30, '10'],
    [31, '10.1'],
    [1_000_000, '100007'],
  ])('%d units cost %s', (quantity, usd) => {
    expect(cost(quantity)).toBe(usd);
  });

  test('what was used before takes the cheap end of the scale away', () => {
    expect(cost(1, 9)).toBe('0.5');
    expect(cost(1, 10)).toBe('0.25');
    expect(cost(10, 25)).toBe('1.75');
  });

  test('beyond the last tier there is no price, which is not zero', () => {
    const { charges, unpriced } = graduated(Decimal.of(50), tiers.slice(0, 2));
    expect(charges).toHaveLength(2);
    expect(unpriced.toString()).toBe('20');
  });

  test('splitting a quantity does not change what it costs', () => {
    fc.assert(
      fc.property(fc.nat(100), fc.nat(100), (a, b) => {
        expect(Decimal.of(cost(a)).plus(cost(b, a)).toString()).toBe(cost(a + b));
      }),
    );
  });
});
