import { expect, test } from 'vitest';
import { virtualClock } from '../../engine/clock.ts';
import { Meter } from '../../engine/meter.ts';
import { ExecutionMeter } from './execution-meter.ts';
import type { AlwaysReady } from './scale-groups.ts';

function metered(app: { memoryMb?: number; alwaysReady?: AlwaysReady } = {}) {
  const clock = virtualClock(0);
  const meter = new Meter();
  const executions = new ExecutionMeter({ id: 'app', memoryMb: 2048, alwaysReady: {}, ...app }, meter, clock);
  return {
    clock,
    executions,
    /** Runs one execution alone. */
    run(durationMs: number, instanceId = 'a', group = 'http') {
      executions.started(instanceId, group);
      clock.advance(durationMs);
      executions.finished(instanceId);
    },
    total: (unit: string) => meter.total('functions', unit),
  };
}

test.each([
  [1, 2],
  [1000, 2],
  [1001, 2.2],
  [1234, 2.6],
])('one execution of %i ms with 2 GB is %f GB-seconds', (durationMs, gbSeconds) => {
  const { run, total } = metered();
  run(durationMs);
  expect(total('on-demand-gb-seconds')).toBeCloseTo(gbSeconds, 6);
  expect(total('executions')).toBe(1);
});

test('executions at the same time in one instance share its time', () => {
  const { clock, executions, total } = metered();
  executions.started('a', 'http');
  clock.advance(500);
  executions.started('a', 'http');
  clock.advance(1000);
  executions.finished('a');
  clock.advance(500);
  executions.finished('a');
  expect(total('on-demand-gb-seconds')).toBeCloseTo(4, 6);
  expect(total('executions')).toBe(2);
});

test('instances count each for themselves', () => {
  const { run, total } = metered({ memoryMb: 512 });
  run(10, 'a');
  run(10, 'b');
  expect(total('on-demand-gb-seconds')).toBeCloseTo(1, 6);
});

test('what begins within the billed second is billed no second time, what begins later is', () => {
  const { run, clock, total } = metered();
  run(10);
  clock.advance(400);
  run(10);
  expect(total('on-demand-gb-seconds')).toBeCloseTo(2, 6);
  run(1000);
  expect(total('on-demand-gb-seconds')).toBeCloseTo(3, 6);
  clock.advance(5000);
  run(10);
  expect(total('on-demand-gb-seconds')).toBeCloseTo(5, 6);
});

test('the instances that stand ready have a meter of their own', () => {
  const { run, total } = metered({ alwaysReady: { http: 1 } });
  run(10, 'ready');
  run(10, 'further');
  run(10, 'other', 'function:nightly');
  expect([total('always-ready-gb-seconds'), total('on-demand-gb-seconds')]).toEqual([2, 4]);
});
