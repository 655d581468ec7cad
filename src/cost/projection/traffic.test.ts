import { describe, expect, test } from 'vitest';
import { seededRandom } from '../cold-start/random.ts';
import { simulate } from '../cold-start/simulate.ts';
import {
  type ActiveTimeRule,
  billedShare,
  blockedShare,
  coldStartsPerSecond,
  existingShare,
  instanceShares,
  neededInstances,
  sampledByXray,
} from './traffic.ts';

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);

test('instances together take all requests and carry the whole load', () => {
  const shares = instanceShares({ perSecond: 12, durationSeconds: 0.25, concurrency: 1 });
  expect(sum(shares.map(({ servedPerSecond }) => servedPerSecond))).toBeCloseTo(12, 6);
  expect(sum(shares.map(({ busyShare }) => busyShare))).toBeCloseTo(3, 6);
});

test('no traffic needs no instance', () => {
  expect(instanceShares({ perSecond: 0, durationSeconds: 1, concurrency: 1 })).toEqual([]);
  expect(neededInstances([])).toBe(0);
});

// https://en.wikipedia.org/wiki/Erlang_(unit): tables of Erlang B
test.each([
  [2, 5, 0.0367],
  [10, 10, 0.2146],
  [0, 3, 0],
])('a load of %d on %d places is refused to the share %d', (load, places, expected) => {
  expect(blockedShare(load, places)).toBeCloseTo(expected, 4);
});

describe('cold starts agree with the simulation', () => {
  test.each([
    { perSecond: 0.01, duration: 0.1, keepAlive: 300 },
    { perSecond: 0.9, duration: 1.99, keepAlive: 600 },
    { perSecond: 5, duration: 0.4, keepAlive: 60 },
  ])('$perSecond/s of $duration s, kept $keepAlive s', ({ perSecond, duration, keepAlive }) => {
    const shares = instanceShares({ perSecond, durationSeconds: duration, concurrency: 1 });
    const simulated = simulate({
      arrivals: { kind: 'poisson', perSecond },
      duration: { kind: 'constant', seconds: duration },
      init: { kind: 'constant', seconds: 0 },
      keepAliveSeconds: keepAlive,
      seconds: 400_000 / perSecond,
      seed: 1,
    });
    const expected = simulated.coldStarts / (400_000 / perSecond);
    const computed = coldStartsPerSecond(shares, keepAlive);
    // The overflow of the instances before is not quite Poisson: the figure is right within half.
    expect(computed / expected).toBeGreaterThan(0.6);
    expect(computed / expected).toBeLessThan(1.6);
    const existing = sum(shares.map((share) => existingShare(share, keepAlive)));
    expect(existing / simulated.meanInstances).toBeGreaterThan(0.85);
    expect(existing / simulated.meanInstances).toBeLessThan(1.2);
  });
});

describe('billed time agrees with an instance that is metered request by request', () => {
  const flex: ActiveTimeRule = { minimumSeconds: 1, granularitySeconds: 0.1 };
  const cloudRun: ActiveTimeRule = { minimumSeconds: 0.1, granularitySeconds: 0.1 };
  test.each([
    { perSecond: 0.01, duration: 0.03, rule: flex },
    { perSecond: 1, duration: 0.03, rule: flex },
    { perSecond: 12, duration: 0.05, rule: flex },
    { perSecond: 0.2, duration: 2.34, rule: flex },
    { perSecond: 0.01, duration: 0.13, rule: cloudRun },
    { perSecond: 4, duration: 0.13, rule: cloudRun },
    { perSecond: 40, duration: 0.05, rule: cloudRun },
  ])('$perSecond/s of $duration s, rule $rule', ({ perSecond, duration, rule }) => {
    const concurrency = 50;
    const [share] = instanceShares({ perSecond, durationSeconds: duration, concurrency });
    if (!share) throw new Error('no instance');
    const ratio = billedShare(share, duration, rule) / metered(perSecond, duration, rule);
    expect(ratio).toBeGreaterThan(0.92);
    expect(ratio).toBeLessThan(1.08);
  });
});

/** The billed part of the time of one instance that takes everything. */
function metered(perSecond: number, duration: number, rule: ActiveTimeRule): number {
  const random = seededRandom(7);
  let now = 0;
  let billed = 0;
  let start = 0;
  let billedUntil = -1;
  for (let request = 0; request < 200_000; request++) {
    now -= Math.log(1 - random()) / perSecond;
    if (now > billedUntil) {
      billed += billedUntil - start;
      start = now;
    }
    const length = Math.max(now + duration - start, rule.minimumSeconds);
    const rounded = Math.ceil(length / rule.granularitySeconds - 1e-9) * rule.granularitySeconds;
    billedUntil = Math.max(billedUntil, start + rounded);
  }
  return billed / now;
}

test('X-Ray records the first request of each second and a twentieth of the others', () => {
  expect(sampledByXray(0.001)).toBeCloseTo(0.001, 6);
  expect(sampledByXray(100)).toBeCloseTo(1 + 0.05 * 99, 6);
});

test('needed instances leave out those of rare moments', () => {
  const shares = instanceShares({ perSecond: 10, durationSeconds: 0.2, concurrency: 1 });
  expect(shares.length).toBeGreaterThan(neededInstances(shares));
  expect(neededInstances(shares)).toBe(8);
});
