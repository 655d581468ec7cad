import type { Clock } from '../../engine/clock.ts';

const mostAtATime = 4;
/** How often the scale controller looks at a queue; Azure documents no number. */
export const scaleIntervalMs = 10_000;

/**
 * How many instances the platform has for a queue: as many as its length asks for, at most four more at a time.
 * https://learn.microsoft.com/azure/azure-functions/functions-target-based-scaling
 */
export class TargetBasedScale {
  readonly #clock: Clock;
  readonly #maximum: number;
  #count = 1;
  #decidedAtMs: number;

  constructor(clock: Clock, maximum: number) {
    this.#clock = clock;
    this.#maximum = maximum;
    this.#decidedAtMs = clock.now();
  }

  /** @param target instances that the length of the queue asks for */
  countFor(target: number): number {
    const nowMs = this.#clock.now();
    if (nowMs - this.#decidedAtMs < scaleIntervalMs) return this.#count;
    this.#decidedAtMs = nowMs;
    const wanted = Math.min(Math.max(1, Math.ceil(target)), this.#maximum);
    this.#count = Math.min(wanted, this.#count + mostAtATime);
    return this.#count;
  }
}
