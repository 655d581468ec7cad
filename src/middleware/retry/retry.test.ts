import { describe, expect, test } from 'vitest';
import { createRetry, type RetryOptions } from './retry.ts';
import { retryAfterMs } from './retry-after.ts';

function setUp(options: Partial<RetryOptions> = {}) {
  const time = { ms: 1_000_000 };
  const pauses: number[] = [];
  const retry = createRetry({
    now: () => time.ms,
    random: () => 0.5,
    sleep: async (durationMs) => {
      pauses.push(durationMs);
      time.ms += durationMs;
    },
    ...options,
  });
  /** Fails so many times, taking `tookMs` for each attempt. */
  const failing = (times: number, error: unknown = new Error('busy'), tookMs = 0) => {
    let calls = 0;
    return async () => {
      time.ms += tookMs;
      if (++calls <= times) throw error;
      return calls;
    };
  };
  return { time, pauses, retry, failing };
}

describe('retry', () => {
  test('pauses double at their upper end and are random below it', async () => {
    const { retry, failing, pauses } = setUp({ maximumAttempts: 5, baseMs: 100, maximumMs: 500 });
    expect(await retry(failing(4))).toBe(5);
    expect(pauses).toEqual([50, 100, 200, 250]);
  });

  test('gives up after the last attempt with its error', async () => {
    const { retry, failing, pauses } = setUp({ maximumAttempts: 3 });
    await expect(retry(failing(3))).rejects.toThrow('busy');
    expect(pauses).toHaveLength(2);
  });

  test('what is not transient is not repeated', async () => {
    const { retry, failing, pauses } = setUp({ isTransient: () => false });
    await expect(retry(failing(1))).rejects.toThrow('busy');
    expect(pauses).toEqual([]);
  });

  test('waits as long as the error asks for, and a little more at random', async () => {
    const { retry, failing, pauses } = setUp({ baseMs: 100 });
    await retry(failing(1, { headers: { 'retry-after': '2' } }));
    expect(pauses).toEqual([2050]);
  });

  test('gives up at once when the next attempt could only begin after the deadline', async () => {
    const { retry, failing, pauses, time } = setUp({ baseMs: 100, maximumAttempts: 10 });
    await expect(retry(failing(9, new Error('busy'), 40), { deadlineMs: time.ms + 200 })).rejects.toThrow(
      'busy',
    );
    expect(pauses).toEqual([50]);
    expect(time.ms).toBe(1_000_130);
  });

  test('each attempt knows its number and the time that is left', async () => {
    const { retry, time } = setUp({ baseMs: 100 });
    const attempts: unknown[] = [];
    await retry(
      async (attempt) => {
        attempts.push(attempt);
        if (attempt.number === 1) throw new Error('busy');
      },
      { deadlineMs: time.ms + 1000 },
    );
    expect(attempts).toEqual([
      { number: 1, remainingMs: 1000 },
      { number: 2, remainingMs: 950 },
    ]);
  });

  test('tells of each pause', async () => {
    const told: number[] = [];
    const { retry, failing } = setUp({ baseMs: 100, onRetry: ({ pauseMs }) => told.push(pauseMs) });
    await retry(failing(2));
    expect(told).toEqual([50, 100]);
  });
});

describe('retryAfterMs', () => {
  const nowMs = Date.parse('2026-01-02T03:04:05Z');

  test.each([
    [{ headers: { 'retry-after': '3' } }, 3000],
    [{ headers: new Headers({ 'retry-after': 'Fri, 02 Jan 2026 03:04:15 GMT' }) }, 10_000],
    [{ $response: { headers: { 'retry-after': '1' } } }, 1000],
    [{ response: { headers: new Headers({ 'retry-after-ms': '250' }) } }, 250],
    [{ retryAfterInMs: 17 }, 17],
    [{ headers: { 'retry-after': 'Fri, 02 Jan 2026 03:04:00 GMT' } }, 0],
    [{ headers: { 'retry-after': 'soon' } }, undefined],
    [{ headers: {} }, undefined],
    [new Error('x'), undefined],
    [undefined, undefined],
  ])('%j asks for %j ms', (error, expected) => {
    expect(retryAfterMs(error, nowMs)).toBe(expected);
  });
});
