import { expect, test } from 'vitest';
import { virtualClock } from './clock.ts';

test('timers run in order of their due time, at their due time, also those that timers set', () => {
  const clock = virtualClock(1000);
  const seen: [string, number][] = [];
  const note = (name: string) => () => seen.push([name, clock.now()]);
  clock.after(500, note('late'));
  clock.after(100, () => {
    note('early')();
    clock.after(50, note('chained'));
  });
  clock.after(500, note('late too'));
  clock.after(200, note('cancelled')).cancel();
  clock.advance(499);
  expect(seen).toEqual([
    ['early', 1100],
    ['chained', 1150],
  ]);
  clock.advance(12 * 3600 * 1000);
  expect(seen.slice(2)).toEqual([
    ['late', 1500],
    ['late too', 1500],
  ]);
  expect(clock.now()).toBe(1499 + 12 * 3600 * 1000);
});
