import { describe, expect, it } from 'vitest';
import { parseSchedule } from './schedule.ts';

const next = (expression: string, after: string) => {
  const atMs = parseSchedule(expression)(Date.parse(after));
  return atMs === undefined ? undefined : new Date(atMs).toISOString();
};

describe('parseSchedule', () => {
  it.each([
    ['rate(1 minute)', '2024-05-01T12:00:30Z', '2024-05-01T12:01:30.000Z'],
    ['rate(2 days)', '2024-05-01T12:00:00Z', '2024-05-03T12:00:00.000Z'],
    ['cron(0 10 * * ? *)', '2024-05-01T10:00:00Z', '2024-05-02T10:00:00.000Z'],
    ['cron(0/15 8-9 ? * MON-FRI *)', '2024-05-03T09:45:00Z', '2024-05-06T08:00:00.000Z'],
    ['cron(30 6 1 JAN,JUL ? *)', '2024-05-01T00:00:00Z', '2024-07-01T06:30:00.000Z'],
    ['cron(0 0 29 2 ? *)', '2024-03-01T00:00:00Z', '2028-02-29T00:00:00.000Z'],
    ['cron(0 0 1 1 ? 2023)', '2024-03-01T00:00:00Z', undefined],
  ])('%s after %s', (expression, after, expected) => {
    expect(next(expression, after)).toBe(expected);
  });

  it.each([
    'rate(1 minutes)',
    'rate(0 minutes)',
    'every hour',
    'cron(0 10 * * * *)',
    'cron(0 10 L * ? *)',
    'cron(61 * * * ? *)',
  ])('refuses %s', (expression) => {
    expect(() => parseSchedule(expression)).toThrow(/ScheduleExpression is not valid/);
  });
});
