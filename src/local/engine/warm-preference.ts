import { availableParallelism } from 'node:os';

const processors = availableParallelism();
const shortCallMs = 15;
const meanOverCalls = 10;

/** How long a call may wait for an instance that works now. */
export const warmerInstanceWaitMs = 10;

/**
 * Decides when a call should wait a moment for an instance that works now, instead of waking an idle one.
 *
 * Which of the existing instances takes a call is the platform's choice. On a machine with few processors, those whose
 * code and caches are warm do the same work in half the time. It only pays while calls are so short that an instance
 * will be free in a moment, and it never holds back the start of a new instance.
 */
export class WarmPreference {
  /** Of the latest calls. Unknown until calls have been made, and then not short. */
  #meanDurationMs = shortCallMs * 2;

  record(durationMs: number): void {
    this.#meanDurationMs += (durationMs - this.#meanDurationMs) / meanOverCalls;
  }

  /** Whether as many instances work now as this machine has processors. */
  isCrowded(busyInstances: number): boolean {
    return this.#meanDurationMs <= shortCallMs && busyInstances >= processors;
  }
}
