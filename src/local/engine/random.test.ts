import { expect, test } from 'vitest';
import { seededRandom } from './random.ts';

test('the same seed gives the same values, another seed others', () => {
  const values = (seed: number) => {
    const random = seededRandom(seed);
    return [random.next(), random.below(10), random.uuid(), random.text(5, 'ab')];
  };
  expect(values(1)).toEqual(values(1));
  expect(values(1)).not.toEqual(values(2));
});

test('values keep to their ranges', () => {
  const random = seededRandom(7);
  for (let index = 0; index < 1000; index++) {
    expect(random.next()).toBeGreaterThanOrEqual(0);
    expect(random.below(3)).toBeLessThan(3);
  }
  expect(random.uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
