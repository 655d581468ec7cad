import type { Clock } from './clock.ts';

/** How much is stored, and for how long: what storage is billed by. */
export class StoredBytes {
  readonly #clock: Clock;
  #bytes = 0;
  #byteMs = 0;
  #sinceMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#sinceMs = clock.now();
  }

  /** Now. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Bytes times milliseconds, since the beginning. */
  get byteMs(): number {
    return this.#byteMs + this.#bytes * (this.#clock.now() - this.#sinceMs);
  }

  /** Negative for what goes. */
  add(bytes: number): void {
    this.#byteMs = this.byteMs;
    this.#sinceMs = this.#clock.now();
    this.#bytes += bytes;
  }
}
