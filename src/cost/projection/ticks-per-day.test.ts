import { expect, test } from 'vitest';
import { ticksPerDay } from './ticks-per-day.ts';

test.each<[string, number | undefined]>([
  ['rate(5 minutes)', 288],
  ['rate(1 hour)', 24],
  ['rate(2 days)', 0.5],
  ['at(2026-12-01T00:00:00)', 0],
  ['cron(0 8 * * ? *)', 1],
  ['cron(0/15 * * * ? *)', 96],
  ['cron(0 8,20 ? * MON-FRI *)', (2 * 5) / 7],
  ['*/10 * * * *', 144],
  ['0 9-17 * * 1-5', (9 * 5) / 7],
  ['every now and then', undefined],
  ['nonsense', undefined],
])('%s', (expression, expected) => {
  const ticks = ticksPerDay(expression);
  if (expected === undefined) expect(ticks).toBeUndefined();
  else expect(ticks).toBeCloseTo(expected, 6);
});
