import type { Clock } from '../../engine/clock.ts';

/**
 * Capacity units as DynamoDB grants them: a rate, with up to 300 seconds of unused capacity saved for
 * bursts. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/burst-adaptive-capacity.html
 */
export class CapacityBucket {
  readonly #clock: Clock;
  readonly #burstSeconds: number;
  #unitsPerSecond: number;
  #units: number;
  #filledAtMs: number;

  constructor(clock: Clock, unitsPerSecond: number, burstSeconds = 300) {
    this.#clock = clock;
    this.#burstSeconds = burstSeconds;
    this.#unitsPerSecond = unitsPerSecond;
    this.#units = unitsPerSecond * burstSeconds;
    this.#filledAtMs = clock.now();
  }

  /** A new rate counts from now on; what is saved above its limit is lost. */
  setRate(unitsPerSecond: number): void {
    this.#fill();
    this.#unitsPerSecond = unitsPerSecond;
    this.#units = Math.min(this.#units, this.#limit);
  }

  /** Whether a request of this many units is admitted now. One above the limit needs a full bucket. */
  admits(units: number): boolean {
    this.#fill();
    return this.#units >= Math.min(units, this.#limit);
  }

  take(units: number): void {
    this.#units -= units;
  }

  get #limit(): number {
    return this.#unitsPerSecond * this.#burstSeconds;
  }

  #fill(): void {
    const nowMs = this.#clock.now();
    const gained = ((nowMs - this.#filledAtMs) / 1000) * this.#unitsPerSecond;
    this.#units = Math.min(this.#limit, this.#units + gained);
    this.#filledAtMs = nowMs;
  }
}
