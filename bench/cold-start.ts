import { setImmediate as pause } from 'node:timers/promises';
import { simulate, type Workload } from '../src/cost/cold-start/simulate.ts';
import { median, type Row, type Settings } from './benchmark.ts';

const lambdaLike = { init: { kind: 'constant', seconds: 0.253 }, keepAliveSeconds: 600, seed: 1 } as const;

const workloads: { work: string; workload: Workload }[] = [
  {
    // The example of SimFaaS, which the paper simulates at 72,000 requests a second.
    work: '0.9 requests/s for a million seconds',
    workload: {
      ...lambdaLike,
      arrivals: { kind: 'poisson', perSecond: 0.9 },
      duration: { kind: 'exponential', meanSeconds: 1.991 },
      seconds: 1_000_000,
    },
  },
  {
    work: '1000 requests/s, about 500 at a time',
    workload: {
      ...lambdaLike,
      arrivals: { kind: 'poisson', perSecond: 1000 },
      duration: { kind: 'exponential', meanSeconds: 0.5 },
      seconds: 1000,
    },
  },
  {
    work: '1000 requests/s, 80 on an instance',
    workload: {
      ...lambdaLike,
      arrivals: { kind: 'poisson', perSecond: 1000 },
      duration: { kind: 'lognormal', medianSeconds: 0.05, p99Seconds: 1 },
      concurrency: 80,
      seconds: 1000,
    },
  },
];

/** How many requests a second the cold-start simulation gets through, on one core. */
export async function coldStart({ starts, interruption }: Settings): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { work, workload } of workloads) {
    simulate(workload);
    const ms: number[] = [];
    let requests = 0;
    for (let run = 0; run < starts; run++) {
      const begin = performance.now();
      requests = simulate(workload).requests;
      ms.push(performance.now() - begin);
      // Between two runs the signal of an interruption gets its turn.
      await pause();
      interruption.throwIfAborted();
    }
    const medianMs = median(ms);
    rows.push({
      kind: 'measured',
      subject: 'serverless-patterns',
      work,
      figures: {
        medianMs,
        minimumMs: Math.min(...ms),
        maximumMs: Math.max(...ms),
        requestsPerSecond: (requests / medianMs) * 1000,
      },
    });
  }
  return rows;
}
