import { availableParallelism } from 'node:os';
import type { Clock } from './clock.ts';

const sampleMs = 500;

/** An instance as far as its use of the processor goes. */
export interface CpuUser {
  /** CPU time used so far; `undefined` where the system does not tell. */
  cpuMs(): number | undefined;
}

export interface CpuScaleOutOptions {
  wallClock: Clock;
  /** Share of one processor above which a further instance is started, as 0.6. */
  utilization: number;
  instances(): CpuUser[];
  isBusy(): boolean;
  scaleOut(): void;
}

/**
 * Starts a further instance when those that run are short of processor time. More instances than this machine has
 * processors are never started for that reason: they would only take the time from each other.
 */
export class CpuScaleOut {
  readonly #options: CpuScaleOutOptions;
  #sampling = false;

  constructor(options: CpuScaleOutOptions) {
    this.#options = options;
  }

  /** To be called when work begins. Measures until there is no work left. */
  watch(): void {
    if (this.#sampling) return;
    this.#sampling = true;
    this.#sample();
  }

  #sample(): void {
    const { wallClock, utilization, instances, isBusy, scaleOut } = this.#options;
    const before = instances().map((instance) => ({ instance, cpuMs: instance.cpuMs() }));
    const startMs = wallClock.now();
    wallClock.after(sampleMs, () => {
      const elapsedMs = wallClock.now() - startMs;
      const used = before.map(
        ({ instance, cpuMs = Number.NaN }) => ((instance.cpuMs() ?? Number.NaN) - cpuMs) / elapsedMs,
      );
      const mean = used.reduce((sum, share) => sum + share, 0) / used.length;
      if (mean > utilization && instances().length < availableParallelism()) scaleOut();
      if (isBusy()) this.#sample();
      else this.#sampling = false;
    });
  }
}
