import { expect, it } from 'vitest';
import { BillableTime } from './billable-time.ts';

it('rounds the time of an instance up to 100 ms', () => {
  const time = new BillableTime();
  time.begin('a', 1_000);
  expect(time.end('a', 1_130)).toBe(200);
});

it('bills requests that overlap once, also while the instance is never idle', () => {
  const time = new BillableTime();
  time.begin('a', 0);
  time.begin('a', 50);
  expect(time.end('a', 210)).toBe(300);
  time.begin('a', 250);
  expect(time.end('a', 280)).toBe(0);
  expect(time.end('a', 420)).toBe(200);
});

it('never bills an instance for more time than has passed', () => {
  const time = new BillableTime();
  let billedMs = 0;
  for (let nowMs = 0; nowMs < 1_000; nowMs += 10) {
    time.begin('a', nowMs);
    billedMs += time.end('a', nowMs + 5);
  }
  expect(billedMs).toBe(1_000);
});

it('bills instances each for themselves, and nothing while they are idle', () => {
  const time = new BillableTime();
  time.begin('a', 0);
  time.begin('b', 0);
  expect([time.end('a', 100), time.end('b', 101)]).toEqual([100, 200]);
  time.begin('a', 5_000);
  expect(time.end('a', 5_001)).toBe(100);
});
