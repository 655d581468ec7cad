import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { simulate, type Workload } from './simulate.ts';

const constant = (seconds: number) => ({ kind: 'constant', seconds }) as const;

const base: Workload = {
  arrivals: { kind: 'poisson', perSecond: 0.9 },
  duration: { kind: 'exponential', meanSeconds: 1.991 },
  init: constant(0.253),
  keepAliveSeconds: 600,
  seconds: 1_000_000,
  seed: 1,
};

test.each([1, 2, 3])('the example of SimFaaS comes out, with seed %i', (seed) => {
  const result = simulate({ ...base, seed });
  expect(result.coldProbability).toBeGreaterThan(0.0013);
  expect(result.coldProbability).toBeLessThan(0.0014);
  expect(result.meanInstances).toBeCloseTo(7.7, 1);
  expect(result.meanRunning).toBeCloseTo(1.79, 1.5);
  expect(Math.abs(result.meanLifespanSeconds - 6300)).toBeLessThan(200);
});

describe('what is known without a simulation', () => {
  test('requests that hardly take time are cold when the gap before them is longer than the keep-alive', () => {
    // Of Poisson arrivals a share of exp(-rate * keepAlive) comes after such a gap.
    const workload = {
      ...base,
      arrivals: { kind: 'poisson', perSecond: 0.01 } as const,
      keepAliveSeconds: 120,
    };
    const result = simulate({ ...workload, duration: constant(0), init: constant(0), seconds: 5e7 });
    expect(result.coldStarts / result.requests).toBeCloseTo(Math.exp(-1.2), 2);
  });

  test('running instances are rate times duration (Little), whatever the distribution', () => {
    const arrivals = { kind: 'poisson', perSecond: 20 } as const;
    const duration = { kind: 'measured', seconds: [0.1, 0.2, 0.9] } as const;
    const result = simulate({ ...base, arrivals, duration, init: constant(0), seconds: 100_000 });
    expect(result.meanRunning).toBeCloseTo(8, 1);
    expect(result.latency.meanSeconds).toBeCloseTo(0.4, 2);
  });

  test('without keep-alive every request is cold', () => {
    const result = simulate({ ...base, keepAliveSeconds: 0, seconds: 10_000 });
    expect(result.coldProbability).toBe(1);
    expect(result.meanInstances).toBeCloseTo(result.meanRunning, 6);
  });

  test('a regular request within the keep-alive is cold once, beyond it always', () => {
    const every = (everySeconds: number) =>
      simulate({
        ...base,
        arrivals: { kind: 'regular', everySeconds },
        duration: constant(1),
        seconds: 86_400,
      });
    expect(every(300)).toMatchObject({ coldRequests: 1, peakRunning: 1, requests: 287 });
    const rare = every(1200);
    expect(rare.coldRequests).toBe(rare.requests);
    expect(rare.meanLifespanSeconds).toBeCloseTo(601.253, 3);
  });

  test('a burst starts as many instances as it has requests, or as many as hold them', () => {
    const arrivals = { kind: 'bursts', perSecond: 0.0001, requestsPerBurst: 100 } as const;
    const alone = simulate({ ...base, arrivals, duration: constant(1), seconds: 1e6 });
    expect(alone.peakRunning).toBe(100);
    const together = simulate({ ...base, arrivals, duration: constant(1), seconds: 1e6, concurrency: 25 });
    expect(together.peakRunning).toBe(4);
    expect(together.coldRequests).toBe(together.coldStarts * 25);
    expect(together.latency.p99Seconds).toBeCloseTo(1.253, 1);
  });
});

describe('mitigations', () => {
  const busy: Workload = {
    ...base,
    arrivals: { kind: 'poisson', perSecond: 5 },
    keepAliveSeconds: 60,
    seconds: 100_000,
  };

  test('always-ready instances take requests first and never go', () => {
    const many = simulate({ ...busy, alwaysReady: 100 });
    expect(many).toMatchObject({
      coldRequests: 0,
      coldStarts: 0,
      meanInstances: 100,
      meanLifespanSeconds: 0,
    });
    const some = simulate({ ...busy, alwaysReady: 5 });
    expect(some.coldProbability).toBeLessThan(simulate(busy).coldProbability);
    expect(some.coldRequests).toBeGreaterThan(0);
  });

  test('a limit of instances rejects what is beyond it', () => {
    const limited = simulate({ ...busy, maxInstances: 5 });
    expect(limited.peakRunning).toBe(5);
    // Erlang's loss formula for 9.955 Erlangs (and a little INIT) on 5 servers: 0.563.
    expect(limited.rejected / (limited.rejected + limited.requests)).toBeCloseTo(0.563, 1);
    expect(limited.requests + limited.rejected).toBe(simulate(busy).requests);
  });

  test('a longer INIT slows the cold requests only', () => {
    const [short, long] = [0.1, 5].map((seconds) => simulate({ ...busy, init: constant(seconds) }));
    expect(long?.latency.p50Seconds).toBeCloseTo(short?.latency.p50Seconds ?? 0, 1);
    expect(long?.latency.maximumSeconds).toBeGreaterThan(5);
  });
});

test('the hours of a day have their rates', () => {
  const perSecondByHour = Array.from({ length: 24 }, (_, hour) => (hour === 12 ? 2 : 0));
  const result = simulate({ ...base, arrivals: { kind: 'daily', perSecondByHour }, seconds: 86_400 * 30 });
  expect(result.requests / (30 * 3600)).toBeCloseTo(2, 1);
  // Every noon begins cold.
  expect(result.coldStarts).toBeGreaterThanOrEqual(30);
});

test('percentiles follow the distribution', () => {
  const duration = { kind: 'lognormal', medianSeconds: 0.2, p99Seconds: 1.5 } as const;
  const { latency } = simulate({ ...base, duration, init: constant(0), seconds: 500_000 });
  expect(latency.p50Seconds).toBeCloseTo(0.2, 2);
  expect(Math.abs(latency.p99Seconds - 1.5)).toBeLessThan(0.05);
  expect(latency.p95Seconds).toBeLessThan(latency.p99Seconds);
});

test('the same seed is the same run', () => {
  const workload = { ...base, seconds: 10_000 };
  expect(simulate(workload)).toEqual(simulate(workload));
  expect(simulate({ ...workload, seed: 2 })).not.toEqual(simulate(workload));
});

test('whatever the load, the parts fit together', () => {
  fc.assert(
    fc.property(
      fc.record({
        perSecond: fc.double({ min: 0.01, max: 20, noNaN: true }),
        meanSeconds: fc.double({ min: 0, max: 5, noNaN: true }),
        keepAliveSeconds: fc.double({ min: 0, max: 100, noNaN: true }),
        concurrency: fc.integer({ min: 1, max: 10 }),
        alwaysReady: fc.integer({ min: 0, max: 3 }),
        maxInstances: fc.integer({ min: 3, max: 30 }),
        seed: fc.integer(),
      }),
      ({ perSecond, meanSeconds, ...workload }) => {
        const result = simulate({
          ...base,
          ...workload,
          arrivals: { kind: 'poisson', perSecond },
          duration: { kind: 'exponential', meanSeconds },
          seconds: 500,
        });
        expect(result.peakRunning).toBeLessThanOrEqual(workload.maxInstances);
        expect(result.coldStarts).toBeLessThanOrEqual(result.coldRequests);
        expect(result.meanRunning).toBeLessThanOrEqual(result.meanInstances + 1e-9);
        expect(result.meanInstances).toBeGreaterThanOrEqual(workload.alwaysReady - 1e-9);
        expect(result.latency.p50Seconds).toBeLessThanOrEqual(result.latency.maximumSeconds);
      },
    ),
    { numRuns: 200 },
  );
});

test.each<[Partial<Workload>, string]>([
  [{ seconds: 0 }, 'seconds must be above 0'],
  [{ keepAliveSeconds: -1 }, 'keepAliveSeconds'],
  [{ concurrency: 1.5 }, 'concurrency must be a whole number'],
  [{ alwaysReady: 2, maxInstances: 1 }, 'not below alwaysReady'],
  [{ arrivals: { kind: 'poisson', perSecond: 0 } }, 'rate must be above 0'],
  [{ arrivals: { kind: 'bursts', perSecond: 1, requestsPerBurst: 0 } }, 'one request or more'],
  [{ arrivals: { kind: 'daily', perSecondByHour: [0, 0] } }, 'rate must be above 0'],
  [{ duration: { kind: 'constant', seconds: Number.NaN } }, 'number of seconds from 0, not NaN'],
  [{ duration: { kind: 'lognormal', medianSeconds: 2, p99Seconds: 1 } }, 'not be below the median'],
  [{ duration: { kind: 'measured', seconds: [] } }, 'at least one value'],
])('%j makes no sense: %s', (change, message) => {
  expect(() => simulate({ ...base, ...change })).toThrow(message);
});
