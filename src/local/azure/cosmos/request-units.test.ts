import { describe, expect, test } from 'vitest';
import { feedCharge, pointReadCharge, queryCharge, replaceCharge, writeCharge } from './request-units.ts';

const kb = 1024;

// The examples of learn.microsoft.com/azure/cosmos-db/understand-request-unit-consumption.
describe('the published charges', () => {
  test.each([
    [0.2, 1, 4.95],
    [1, 1, 4.95],
    [16, 1.67, 9.52],
    [64, 4.76, 22.67],
    [512, 40.95, 184.57],
    [2048, 291.8, 1250],
  ])('%d KB', (size, read, write) => {
    expect(pointReadCharge(size * kb)).toBe(read);
    expect(writeCharge(size * kb, 0)).toBe(write);
  });

  test('a size between two rows costs between them', () => {
    expect(pointReadCharge(100 * kb)).toBeCloseTo(7.68);
    expect(writeCharge(1.5 * kb, 0)).toBeCloseTo(5.62);
  });

  test('ten index terms on a create', () => expect(writeCharge(kb, 10)).toBeCloseTo(6.95));

  test('a replacement and a patch of two indexed values', () => {
    const sizes = { beforeBytes: kb, afterBytes: kb };
    const changed = { removed: 2, added: 2 };
    expect(replaceCharge(sizes, changed)).toBeCloseTo(10.7);
    expect(replaceCharge(sizes, changed, 2)).toBeCloseTo(11.5);
  });

  test('five items of a feed cost as five reads, none costs one', () => {
    expect(feedCharge([kb, kb, kb, kb, kb])).toBe(5);
    expect(feedCharge([])).toBe(1);
  });

  test('the published query that scans', () => {
    const published = 4059.95;
    const charged = queryCharge({ items: 60_951, bytes: 399_998_938 });
    expect(Math.abs(charged - published) / published).toBeLessThan(0.01);
  });
});
