import type { Clock, Timer } from '../../engine/clock.ts';

/** A small single-digit number to start with; 3,000 in one region. */
const firstSize = 5;
const largestSize = 3000;
const firstPauseMs = 100;
const longestPauseMs = 60_000;

/**
 * How many pushes may be under way: more with each success, fewer with each failure, and none for a while after
 * failures in a row. https://docs.cloud.google.com/pubsub/docs/push#delivery_rate
 */
export class PushWindow {
  readonly #clock: Clock;
  #size = firstSize;
  #outstanding = 0;
  #failuresInARow = 0;
  #pausedUntilMs = 0;
  #waiting: (() => void) | undefined;
  #timer: Timer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#size;
  }

  /** Resolves as soon as one more push may begin, or when the window is closed. One asks at a time. */
  room(): Promise<void> {
    if (this.#hasRoom()) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting = resolve;
      this.#wakeAfterPause();
    });
  }

  begin(): void {
    this.#outstanding++;
  }

  end(acknowledged: boolean): void {
    this.#outstanding--;
    if (acknowledged) {
      this.#failuresInARow = 0;
      this.#pausedUntilMs = 0;
      this.#size = Math.min(largestSize, this.#size + 1);
    } else {
      this.#size = Math.max(1, Math.floor(this.#size / 2));
      const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** this.#failuresInARow++);
      this.#pausedUntilMs = this.#clock.now() + pauseMs;
    }
    this.#wake();
    this.#wakeAfterPause();
  }

  close(): void {
    this.#timer?.cancel();
    this.#waiting?.();
    this.#waiting = undefined;
  }

  #hasRoom(): boolean {
    return this.#outstanding < this.#size && this.#clock.now() >= this.#pausedUntilMs;
  }

  #wake(): void {
    if (!this.#waiting || !this.#hasRoom()) return;
    this.#waiting();
    this.#waiting = undefined;
  }

  #wakeAfterPause(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (!this.#waiting || this.#outstanding >= this.#size) return;
    const leftMs = Math.max(0, this.#pausedUntilMs - this.#clock.now());
    this.#timer = this.#clock.after(leftMs, () => {
      this.#timer = undefined;
      this.#wake();
    });
  }
}
