import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Decimal, sum } from './decimal.ts';

describe('exact decimals', () => {
  test('numbers are the decimals they are printed as', () => {
    expect(Decimal.of(0.1).plus(0.2).toString()).toBe('0.3');
    expect(Decimal.of(2e-7).toString()).toBe('0.0000002');
    expect(Decimal.of('1.5e3').toString()).toBe('1500');
    expect(Decimal.of(-0.5).toString()).toBe('-0.5');
    expect(Decimal.of(1e21).toString()).toBe('1000000000000000000000');
  });

  test.each(['', 'abc', '1,5', '0x10', 'Infinity', 'NaN', '1e99999'])('%j is no decimal', (text) => {
    expect(() => Decimal.of(text)).toThrow(RangeError);
  });

  test('a million small prices add up without an error', () => {
    expect(sum(Array.from({ length: 1000 }, () => Decimal.of('0.0000166667'))).toString()).toBe('0.0166667');
  });

  test('quotients round half away from zero at the 18th decimal', () => {
    expect(Decimal.of(2).dividedBy(3).toString()).toBe('0.666666666666666667');
    expect(Decimal.of(-2).dividedBy(3).toString()).toBe('-0.666666666666666667');
    expect(() => Decimal.of(1).dividedBy(0)).toThrow('Division by zero');
  });

  test('rounding up goes to the next multiple and leaves multiples alone', () => {
    expect(Decimal.of(101).roundedUpTo(100).toString()).toBe('200');
    expect(Decimal.of(100).roundedUpTo(100).toString()).toBe('100');
    expect(Decimal.of('0.0001').ceiling().toString()).toBe('1');
    expect(Decimal.of('-1.5').ceiling().toString()).toBe('-1');
    expect(Decimal.of('0.3').roundedUpTo('0.1').toString()).toBe('0.3');
    expect(() => Decimal.of(1).roundedUpTo(0)).toThrow(RangeError);
  });

  test('cents round half away from zero', () => {
    expect(Decimal.of('2.005').toFixed(2)).toBe('2.01');
    expect(Decimal.of('-2.005').toFixed(2)).toBe('-2.01');
    expect(Decimal.of('0.004').toFixed(2)).toBe('0.00');
    expect(Decimal.of('12.5').toFixed(0)).toBe('13');
    expect(() => Decimal.of(1).toFixed(19)).toThrow(RangeError);
  });

  test('agrees with whole-number arithmetic', () => {
    const whole = fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n });
    fc.assert(
      fc.property(whole, whole, (a, b) => {
        expect(Decimal.of(a).times(b).toString()).toBe((a * b).toString());
        expect(Decimal.of(a).minus(b).toString()).toBe((a - b).toString());
        expect(Decimal.of(a).max(b).toString()).toBe((a > b ? a : b).toString());
        expect(Decimal.of(a).min(b).toString()).toBe((a < b ? a : b).toString());
        expect(Decimal.of(a).isMoreThan(b)).toBe(a > b);
      }),
    );
  });

  test('text comes back as it was', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }),
        fc.integer({ min: 0, max: 18 }),
        (n, places) => {
          const value = Decimal.of(n).times(Decimal.of(`1e-${places}`));
          expect(Decimal.of(value.toString()).equals(value)).toBe(true);
        },
      ),
    );
  });
});

test('the nearest decimal of a measured quantity', () => {
  expect(Decimal.near(0.1 + 0.2).toString()).toBe('0.3');
  expect(Decimal.near(-12.25).toString()).toBe('-12.25');
  expect(Decimal.near(30_416_666.666666668).toString()).toBe('30416667');
  expect(Decimal.near(1e-12).isZero()).toBe(true);
});
