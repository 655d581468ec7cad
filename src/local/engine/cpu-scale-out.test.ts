import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { virtualClock } from './clock.ts';
import { CpuScaleOut } from './cpu-scale-out.ts';

/** Instances that use a share of a processor, on a virtual clock. */
function setUp(share: number | undefined) {
  const wallClock = virtualClock(0);
  const state = { busy: true, started: 0 };
  const instance = { cpuMs: () => (share === undefined ? undefined : wallClock.now() * share) };
  const scaleOut = new CpuScaleOut({
    wallClock,
    utilization: 0.6,
    instances: () => Array.from({ length: 1 + state.started }, () => instance),
    isBusy: () => state.busy,
    scaleOut: () => state.started++,
  });
  return { wallClock, state, scaleOut };
}

test.each([
  [0.9, availableParallelism() - 1],
  [0.5, 0],
  [undefined, 0],
])('instances that use %s of a processor each lead to %i further ones', (share, expected) => {
  const { wallClock, state, scaleOut } = setUp(share);
  scaleOut.watch();
  wallClock.advance(60_000);
  expect(state.started).toBe(expected);
});

test('nothing is measured while there is no work', () => {
  const { wallClock, state, scaleOut } = setUp(0.9);
  state.busy = false;
  scaleOut.watch();
  wallClock.advance(1_000);
  const after = state.started;
  wallClock.advance(60_000);
  expect(state.started).toBe(after);
});
