import type { Random } from './random.ts';

/** How long something takes, or what lies between two arrivals; in seconds. */
export type Distribution =
  | { kind: 'constant'; seconds: number }
  | { kind: 'exponential'; meanSeconds: number }
  /** Skewed to the right, as durations of functions are: half are below the median, `p99Seconds` is met by 99 %. */
  | { kind: 'lognormal'; medianSeconds: number; p99Seconds: number }
  /** Measured values, drawn with equal chance. */
  | { kind: 'measured'; seconds: readonly number[] };

/** The 99th percentile of the standard normal distribution. */
const normalP99 = 2.3263478740408408;

/**
 * What draws one value after the other from a distribution.
 * @throws RangeError for times that are negative or not finite
 */
export function sampler(distribution: Distribution, random: Random): () => number {
  switch (distribution.kind) {
    case 'constant': {
      const seconds = checked(distribution.seconds);
      return () => seconds;
    }
    case 'exponential': {
      const mean = checked(distribution.meanSeconds);
      return () => -mean * Math.log(1 - random());
    }
    case 'lognormal': {
      const median = checked(distribution.medianSeconds);
      const p99 = checked(distribution.p99Seconds);
      if (median === 0 || p99 < median)
        throw new RangeError(`p99 ${p99} s must not be below the median ${median} s.`);
      const sigma = Math.log(p99 / median) / normalP99;
      return () => median * Math.exp(sigma * normal(random));
    }
    case 'measured': {
      const values = distribution.seconds.map(checked);
      if (values.length === 0) throw new RangeError('A measured distribution needs at least one value.');
      return () => values[Math.floor(random() * values.length)] ?? 0;
    }
  }
}

/** Box and Muller's transform. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function checked(seconds: number): number {
  if (!(seconds >= 0 && seconds < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`A time must be a number of seconds from 0, not ${seconds}.`);
  }
  return seconds;
}
