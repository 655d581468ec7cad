import type { Clock } from '../../engine/clock.ts';
import type { Throughput } from './table-definition.ts';
import { CapacityBucket } from './throttle.ts';

export type Direction = 'read' | 'write';

/** What a table or a global index admits: its provisioned capacity, or its on-demand maximum if it has one. */
export class ThroughputLimit {
  readonly #clock: Clock;
  #throughput: Throughput;
  #buckets: { [direction in Direction]: CapacityBucket | undefined };

  constructor(clock: Clock, throughput: Throughput) {
    this.#clock = clock;
    this.#throughput = throughput;
    this.#buckets = { read: this.#newBucket('read'), write: this.#newBucket('write') };
  }

  get mode(): Throughput['mode'] {
    return this.#throughput.mode;
  }

  /** A changed rate keeps what is saved; a changed mode starts anew. */
  change(throughput: Throughput): void {
    const sameMode = throughput.mode === this.#throughput.mode;
    this.#throughput = throughput;
    for (const direction of ['read', 'write'] as const) {
      const rate = this.#rate(direction);
      const bucket = this.#buckets[direction];
      if (sameMode && bucket && rate !== undefined) bucket.setRate(rate);
      else this.#buckets[direction] = this.#newBucket(direction);
    }
  }

  admits(direction: Direction, units: number): boolean {
    return units === 0 || (this.#buckets[direction]?.admits(units) ?? true);
  }

  take(direction: Direction, units: number): void {
    this.#buckets[direction]?.take(units);
  }

  #newBucket(direction: Direction): CapacityBucket | undefined {
    const rate = this.#rate(direction);
    if (rate === undefined) return undefined;
    // Bursts are saved from provisioned capacity; an on-demand maximum holds for each second.
    return new CapacityBucket(this.#clock, rate, this.mode === 'PROVISIONED' ? 300 : 1);
  }

  #rate(direction: Direction): number | undefined {
    const throughput = this.#throughput;
    if (throughput.mode === 'PROVISIONED') {
      return direction === 'read' ? throughput.readUnits : throughput.writeUnits;
    }
    return direction === 'read' ? throughput.maximumReadUnits : throughput.maximumWriteUnits;
  }
}
