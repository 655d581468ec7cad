import { type Arrivals, arrivalTimes } from './arrivals.ts';
import { type Distribution, sampler } from './distribution.ts';
import { Available, Completions } from './heaps.ts';
import { LatencyHistogram } from './latency-histogram.ts';
import { seededRandom } from './random.ts';

/** A function under load. All times are in seconds. */
export interface Workload {
  arrivals: Arrivals;
  /** How long a request runs on an instance that is ready. */
  duration: Distribution;
  /** How long an instance takes from its start until it is ready. */
  init: Distribution;
  /** How long an idle instance is kept before the platform takes it away. */
  keepAliveSeconds: number;
  /** Requests that an instance serves at the same time: 1 on Lambda, more on Azure Functions and Cloud Run. */
  concurrency?: number;
  /** Instances that are always ready: provisioned concurrency, always-ready or minimum instances. */
  alwaysReady?: number;
  /** The most instances there may be at the same time; requests beyond are rejected. */
  maxInstances?: number;
  /** How long to simulate. */
  seconds: number;
  seed: number;
}

export interface SimulationResult {
  /** Requests that were served. */
  requests: number;
  /** Requests that no instance was allowed for. */
  rejected: number;
  /** Requests that waited for an instance to start. */
  coldRequests: number;
  /** Their share of the served ones. */
  coldProbability: number;
  /** Instances that were started for a request. */
  coldStarts: number;
  /** Instances that exist, starting, running and idle, on average over the time; the always-ready ones included. */
  meanInstances: number;
  /** Of them those with a request. */
  meanRunning: number;
  /** The most instances with a request at the same moment: the concurrency that is needed. */
  peakRunning: number;
  /** From start to removal, of instances that were removed. */
  meanLifespanSeconds: number;
  /** From arrival to answer. */
  latency: {
    meanSeconds: number;
    p50Seconds: number;
    p95Seconds: number;
    p99Seconds: number;
    maximumSeconds: number;
  };
}

/** Always-ready instances are taken before all others; their keys lie above those of any other instance. */
const alwaysReadyKey = 2 ** 30;

/**
 * Simulates how a platform scales by request: a request goes to the newest instance that has room, and starts another
 * when there is none; an instance that was idle for the keep-alive time is gone. Requests may join an instance that
 * is still starting, up to its concurrency, and wait for it. This is the model of SimFaaS (Mahmoudi and Khazaei,
 * "SimFaaS: A Performance Simulator for Serverless Computing Platforms", 2021), extended by concurrency, always-ready
 * instances and a limit.
 * @throws RangeError for a workload that makes no sense
 */
export function simulate(workload: Workload): SimulationResult {
  return new Simulation(workload).run();
}

class Simulation {
  readonly #seconds: number;
  readonly #keepAliveSeconds: number;
  readonly #concurrency: number;
  readonly #alwaysReady: number;
  readonly #maxInstances: number;
  readonly #nextArrival: () => number;
  readonly #nextDuration: () => number;
  readonly #nextInit: () => number;

  /** Instances with room for a request, also those whose keep-alive time is over and nobody has noticed yet. */
  readonly #available = new Available();
  readonly #completions = new Completions();
  readonly #latencies = new LatencyHistogram();

  // By number of the instance; those that are gone are kept, there are few of them.
  readonly #startedAt: number[] = [];
  readonly #readyAt: number[] = [];
  /** Since when it has had a request, or, without any, since when it has been idle. */
  readonly #changedAt: number[] = [];
  readonly #requestsOn: number[] = [];
  readonly #isGone: boolean[] = [];

  #requests = 0;
  #rejected = 0;
  #coldRequests = 0;
  #running = 0;
  #peakRunning = 0;
  #runningSeconds = 0;
  #instanceSeconds = 0;
  #removed = 0;
  #removedLifespanSeconds = 0;

  constructor(workload: Workload) {
    const { arrivals, duration, init, keepAliveSeconds, seconds, seed } = workload;
    const { concurrency = 1, alwaysReady = 0, maxInstances = Number.POSITIVE_INFINITY } = workload;
    requireThat(seconds > 0 && Number.isFinite(seconds), `seconds must be above 0, not ${seconds}`);
    requireThat(keepAliveSeconds >= 0, `keepAliveSeconds must be 0 or more, not ${keepAliveSeconds}`);
    requireThat(
      Number.isInteger(concurrency) && concurrency >= 1,
      `concurrency must be a whole number from 1, not ${concurrency}`,
    );
    requireThat(
      Number.isInteger(alwaysReady) && alwaysReady >= 0,
      `alwaysReady must be a whole number, not ${alwaysReady}`,
    );
    requireThat(
      maxInstances >= Math.max(1, alwaysReady),
      `maxInstances must be 1 or more and not below alwaysReady, not ${maxInstances}`,
    );
    this.#seconds = seconds;
    this.#keepAliveSeconds = keepAliveSeconds;
    this.#concurrency = concurrency;
    this.#alwaysReady = alwaysReady;
    this.#maxInstances = maxInstances;
    // A sequence of its own for each, so that more memory or a longer INIT meets the same arrivals.
    this.#nextArrival = arrivalTimes(arrivals, seededRandom(seed));
    this.#nextDuration = sampler(duration, seededRandom(seed + 1e9));
    this.#nextInit = sampler(init, seededRandom(seed + 2e9));
  }

  run(): SimulationResult {
    for (let instance = 0; instance < this.#alwaysReady; instance++) this.#start(0, 0);
    for (let now = this.#nextArrival(); now < this.#seconds; now = this.#nextArrival()) {
      this.#completeUntil(now);
      this.#serve(now);
    }
    this.#completeUntil(this.#seconds);
    this.#countTheRest();
    return this.#result();
  }

  #serve(now: number): void {
    let instance = this.#takeAvailable(now);
    if (instance < 0) {
      // Every instance that still exists is full, so that those with a request are all there are.
      if (this.#running >= this.#maxInstances) {
        this.#rejected++;
        return;
      }
      instance = this.#start(now, now + this.#nextInit());
    }
    const readyAt = this.#readyAt[instance] ?? 0;
    const isCold = readyAt > now;
    const end = (isCold ? readyAt : now) + this.#nextDuration();
    this.#requests++;
    if (isCold) this.#coldRequests++;
    this.#latencies.add(end - now);
    this.#completions.push(end, instance);
    const requestsOn = (this.#requestsOn[instance] ?? 0) + 1;
    this.#requestsOn[instance] = requestsOn;
    if (requestsOn === 1) {
      this.#changedAt[instance] = now;
      this.#running++;
      if (this.#running > this.#peakRunning) this.#peakRunning = this.#running;
    }
    if (requestsOn === this.#concurrency) this.#available.pop();
  }

  /** The instance that a request goes to, left at the top of those with room; -1 when there is none. */
  #takeAvailable(now: number): number {
    const available = this.#available;
    while (available.size > 0) {
      const key = available.top;
      const instance = key >= alwaysReadyKey ? key - alwaysReadyKey : key;
      const removedAt = this.#removalTime(instance);
      if (removedAt > now) return instance;
      this.#remove(instance, removedAt);
      available.pop();
    }
    return -1;
  }

  /** When it will be gone if nothing comes; never for one that is busy or always ready. */
  #removalTime(instance: number): number {
    if (instance < this.#alwaysReady || (this.#requestsOn[instance] ?? 0) > 0)
      return Number.POSITIVE_INFINITY;
    return (this.#changedAt[instance] ?? 0) + this.#keepAliveSeconds;
  }

  #start(now: number, readyAt: number): number {
    const instance = this.#startedAt.length;
    this.#startedAt.push(now);
    this.#readyAt.push(readyAt);
    this.#changedAt.push(now);
    this.#requestsOn.push(0);
    this.#isGone.push(false);
    this.#available.push(instance < this.#alwaysReady ? instance + alwaysReadyKey : instance);
    return instance;
  }

  #remove(instance: number, at: number): void {
    const lifespan = at - (this.#startedAt[instance] ?? 0);
    this.#isGone[instance] = true;
    this.#removed++;
    this.#removedLifespanSeconds += lifespan;
    this.#instanceSeconds += lifespan;
  }

  #completeUntil(now: number): void {
    const completions = this.#completions;
    for (let time = completions.nextTime; time <= now; time = completions.nextTime) {
      const instance = completions.pop();
      const requestsOn = (this.#requestsOn[instance] ?? 0) - 1;
      this.#requestsOn[instance] = requestsOn;
      if (requestsOn === 0) {
        this.#runningSeconds += time - (this.#changedAt[instance] ?? 0);
        this.#changedAt[instance] = time;
        this.#running--;
      }
      if (requestsOn === this.#concurrency - 1) {
        this.#available.push(instance < this.#alwaysReady ? instance + alwaysReadyKey : instance);
      }
    }
  }

  /** Instances that still exist at the end, or that nobody has noticed the end of. */
  #countTheRest(): void {
    for (const [instance, startedAt] of this.#startedAt.entries()) {
      if (this.#isGone[instance]) continue;
      const removedAt = this.#removalTime(instance);
      if (removedAt <= this.#seconds) {
        this.#remove(instance, removedAt);
        continue;
      }
      this.#instanceSeconds += this.#seconds - startedAt;
      if ((this.#requestsOn[instance] ?? 0) > 0) {
        this.#runningSeconds += this.#seconds - (this.#changedAt[instance] ?? 0);
      }
    }
  }

  #result(): SimulationResult {
    const latencies = this.#latencies;
    return {
      requests: this.#requests,
      rejected: this.#rejected,
      coldRequests: this.#coldRequests,
      coldProbability: this.#requests === 0 ? 0 : this.#coldRequests / this.#requests,
      coldStarts: this.#startedAt.length - this.#alwaysReady,
      meanInstances: this.#instanceSeconds / this.#seconds,
      meanRunning: this.#runningSeconds / this.#seconds,
      peakRunning: this.#peakRunning,
      meanLifespanSeconds: this.#removed === 0 ? 0 : this.#removedLifespanSeconds / this.#removed,
      latency: {
        meanSeconds: latencies.meanSeconds,
        p50Seconds: latencies.percentileSeconds(0.5),
        p95Seconds: latencies.percentileSeconds(0.95),
        p99Seconds: latencies.percentileSeconds(0.99),
        maximumSeconds: latencies.maximumSeconds,
      },
    };
  }
}

function requireThat(condition: boolean, problem: string): void {
  if (!condition) throw new RangeError(`The workload makes no sense: ${problem}.`);
}
