import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addNumbers,
  canonicalNumber,
  compareNumbers,
  numberSizeBytes,
  sortableNumber,
  subtractNumbers,
} from './decimal.ts';

describe('canonicalNumber', () => {
  it.each([
    ['1.0', '1'],
    ['1e2', '100'],
    ['0.10', '0.1'],
    ['-0', '0'],
    ['+5', '5'],
    ['00012', '12'],
    ['1E-3', '0.001'],
    ['.5', '0.5'],
    ['-12.50e1', '-125'],
    ['1E125', `1${'0'.repeat(125)}`],
    ['1E-130', `0.${'0'.repeat(129)}1`],
  ])('%s is %s', (text, canonical) => {
    expect(canonicalNumber(text)).toBe(canonical);
  });

  it.each([
    ['', 'The parameter cannot be converted to a numeric value'],
    ['ten', 'The parameter cannot be converted to a numeric value: ten'],
    ['1e', 'The parameter cannot be converted to a numeric value: 1e'],
    ['1E126', 'Number overflow. Attempting to store a number with magnitude larger than supported range'],
    ['1E-131', 'Number underflow. Attempting to store a number with magnitude smaller than supported range'],
    ['1'.repeat(39), 'Attempting to store more than 38 significant digits in a Number'],
  ])('refuses "%s"', (text, message) => {
    expect(() => canonicalNumber(text)).toThrow(message);
  });
});

describe('arithmetic', () => {
  it('is exact where doubles are not', () => {
    expect(addNumbers('0.1', '0.2')).toBe('0.3');
    expect(subtractNumbers('0.3', '0.1')).toBe('0.2');
    expect(addNumbers('99999999999999999999', '1')).toBe('100000000000000000000');
    expect(subtractNumbers('5', '5')).toBe('0');
  });

  it('refuses a sum of more than 38 digits', () => {
    expect(() => addNumbers('1', '0.00000000000000000000000000000000000001')).toThrow(
      '38 significant digits',
    );
  });
});

const decimals = fc
  .tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.integer({ min: -60, max: 60 }))
  .map(([digits, exponent]) => ({ text: canonicalNumber(`${digits}e${exponent}`), digits, exponent }));
const exactly = ({ digits, exponent }: { digits: bigint; exponent: number }) =>
  digits * 10n ** BigInt(exponent + 60);

describe('order', () => {
  it('of the sortable text and of the comparison is that of the numbers', () => {
    fc.assert(
      fc.property(decimals, decimals, (a, b) => {
        const expected = exactly(a) < exactly(b) ? -1 : exactly(a) > exactly(b) ? 1 : 0;
        const [left, right] = [sortableNumber(a.text), sortableNumber(b.text)];
        expect(left < right ? -1 : left > right ? 1 : 0).toBe(expected);
        expect(Math.sign(compareNumbers(a.text, b.text))).toBe(expected);
      }),
      { seed: 1 },
    );
  });
});

it('takes about one byte for two digits and one more', () => {
  expect(['0', '1', '12', '123', '-123', '29.99'].map(numberSizeBytes)).toEqual([1, 2, 2, 3, 4, 3]);
});
