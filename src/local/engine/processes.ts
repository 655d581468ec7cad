import { setTimeout as sleep } from 'node:timers/promises';
import type { Instance } from './instance.ts';
import { ProcessKeeper } from './process-keeper.ts';
import { workOfProcess } from './process-work.ts';

/** Every process of a run's functions: none outlives it, and all are told the time where that is virtual. */
export class Processes {
  readonly #keeper = new ProcessKeeper();
  readonly #instances = new Set<Instance>();

  add(instance: Instance, pid: number): void {
    this.#instances.add(instance);
    this.#keeper.guard(pid);
  }

  remove(instance: Instance, pid: number): void {
    this.#instances.delete(instance);
    this.#keeper.release(pid);
  }

  /** Tells every instance the run's virtual time. */
  tellTime(): void {
    for (const instance of this.#instances) instance.tellTime();
  }

  /** Lets time go by at once in every instance that is busy. */
  skip(durationMs: number): void {
    for (const instance of this.#busy()) instance.skip(durationMs);
  }

  /**
   * How long all busy instances will do nothing but wait, in milliseconds: until the first of their timers. Infinite
   * when none of them has set one, and `undefined` when one of them or the local cloud has something to do.
   */
  async pauseMs(): Promise<number | undefined> {
    let quietSinceMs: number | undefined;
    for (let before: readonly number[] | undefined; ; await sleep(betweenLooksMs)) {
      const busy = this.#busy();
      if (busy.length === 0 || [...this.#instances].some(({ isStarting }) => isStarting)) return undefined;
      const rests = await Promise.all(busy.map((instance) => instance.rest()));
      const known = rests.flatMap((rest) => rest ?? []);
      const works = [...known, workOfProcess()];
      if (known.length < busy.length || works.some(({ isServed }) => isServed)) return undefined;
      const usedMs = works.map(({ cpuMs }) => cpuMs);
      if (before && !isIdle(before, usedMs)) return undefined;
      before = usedMs;
      quietSinceMs ??= performance.now();
      const pauseMs = Math.min(...known.map(({ nextTimerMs = Number.POSITIVE_INFINITY }) => nextTimerMs));
      if (performance.now() - quietSinceMs >= (pauseMs < longPauseMs ? quietMs : longQuietMs)) return pauseMs;
    }
  }

  /** What still runs is killed. */
  close(): void {
    this.#keeper.close();
  }

  #busy(): Instance[] {
    return [...this.#instances].filter((instance) => instance.isBusy);
  }
}

const betweenLooksMs = 2;
/** How long nothing is to happen before a pause is taken for one. */
const quietMs = 5;
/** A timer this far off may well be the time limit of something that the network still carries. */
const longPauseMs = 3_000;
const longQuietMs = 60;
/** What a look itself costs a process, and its threads that collect garbage and compile, between two looks. */
const idleCpuMs = 1;

const isIdle = (before: readonly number[], now: readonly number[]): boolean =>
  before.length === now.length && now.every((ms, index) => ms - (before[index] ?? 0) <= idleCpuMs);
