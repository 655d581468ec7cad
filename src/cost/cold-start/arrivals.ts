import type { Random } from './random.ts';

/** When requests come. */
export type Arrivals =
  /** Independently of each other, at a rate. */
  | { kind: 'poisson'; perSecond: number }
  /** One after another in equal steps, as a schedule or a keep-warm ping does. */
  | { kind: 'regular'; everySeconds: number }
  /** Several at the same moment, as a batch of events does; the moments are independent of each other. */
  | { kind: 'bursts'; perSecond: number; requestsPerBurst: number }
  /** Independently, at a rate that changes with the hour of the day and repeats. */
  | { kind: 'daily'; perSecondByHour: readonly number[] };

const secondsPerHour = 3600;

/**
 * The times of all arrivals, one per call, in order.
 * @throws RangeError for rates that are negative, not finite or all zero
 */
export function arrivalTimes(arrivals: Arrivals, random: Random): () => number {
  let now = 0;
  switch (arrivals.kind) {
    case 'poisson': {
      const mean = 1 / rate(arrivals.perSecond);
      return () => {
        now -= mean * Math.log(1 - random());
        return now;
      };
    }
    case 'regular': {
      const step = 1 / rate(1 / arrivals.everySeconds);
      let count = 0;
      return () => step * ++count;
    }
    case 'bursts': {
      const { requestsPerBurst } = arrivals;
      if (!Number.isInteger(requestsPerBurst) || requestsPerBurst < 1) {
        throw new RangeError(`A burst must have one request or more, not ${requestsPerBurst}.`);
      }
      const mean = 1 / rate(arrivals.perSecond);
      let left = 0;
      return () => {
        if (left === 0) {
          now -= mean * Math.log(1 - random());
          left = requestsPerBurst;
        }
        left--;
        return now;
      };
    }
    case 'daily': {
      const rates = arrivals.perSecondByHour;
      for (const each of rates) if (each !== 0) rate(each);
      const highest = rate(Math.max(...rates));
      // Thinning: arrivals at the highest rate, of which those survive that the rate of their hour allows.
      return () => {
        do {
          now -= Math.log(1 - random()) / highest;
        } while (random() * highest >= (rates[Math.floor(now / secondsPerHour) % rates.length] ?? 0));
        return now;
      };
    }
  }
}

function rate(perSecond: number): number {
  if (!(perSecond > 0 && perSecond < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`A rate must be above 0 per second and finite, not ${perSecond}.`);
  }
  return perSecond;
}
