/** Buckets per doubling: a percentile is right within half of 2^(1/64), which is 0.6 %. */
const bucketsPerOctave = 64;
/** 2^-20 s, about a microsecond; what is shorter counts as that. */
const lowestOctave = -20;
/** 2^20 s, about twelve days. */
const highestOctave = 20;
const buckets = (highestOctave - lowestOctave) * bucketsPerOctave;

/** Counts durations in buckets of equal ratio, so that any number of them fits into a few kilobytes. */
export class LatencyHistogram {
  readonly #counts = new Float64Array(buckets);
  #count = 0;
  #sumSeconds = 0;
  #maximumSeconds = 0;

  add(seconds: number): void {
    this.#count++;
    this.#sumSeconds += seconds;
    if (seconds > this.#maximumSeconds) this.#maximumSeconds = seconds;
    const bucket = Math.floor((Math.log2(seconds) - lowestOctave) * bucketsPerOctave);
    const index = bucket > 0 ? (bucket < buckets ? bucket : buckets - 1) : 0;
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
  }

  get meanSeconds(): number {
    return this.#count === 0 ? 0 : this.#sumSeconds / this.#count;
  }

  get maximumSeconds(): number {
    return this.#maximumSeconds;
  }

  /** @param share between 0 and 1: 0.95 is the 95th percentile */
  percentileSeconds(share: number): number {
    const wanted = share * this.#count;
    let seen = 0;
    for (const [bucket, count] of this.#counts.entries()) {
      seen += count;
      if (count > 0 && seen >= wanted) {
        const middle = 2 ** (lowestOctave + (bucket + 0.5) / bucketsPerOctave);
        return Math.min(middle, this.#maximumSeconds);
      }
    }
    return this.#maximumSeconds;
  }
}
