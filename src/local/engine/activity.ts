/**
 * What a running stack still has to do by itself. Lets whoever drives it find out when everything has come to rest, and
 * when only the passing of time can bring it further.
 */
export class Activity {
  readonly #sources: (() => number)[] = [];
  #running = 0;
  #held = 0;

  /** Work that goes on now and ends without time having to pass: invocations, deliveries, calls. */
  get running(): number {
    return this.#running;
  }

  /** Messages and events that are not yet processed: in queues that somebody reads, or held for a later attempt. */
  get waiting(): number {
    return this.#sources.reduce((sum, count) => sum + count(), this.#held);
  }

  /** Counts `work` as running until it settles. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    this.#running++;
    try {
      return await work();
    } finally {
      this.#running--;
    }
  }

  /** Counts one event as waiting until the returned function is called, once: an event between two attempts. */
  hold(): () => void {
    this.#held++;
    let isHeld = true;
    return () => {
      if (isHeld) this.#held--;
      isHeld = false;
    };
  }

  /** Counts what a consumed queue holds: visible, leased and delayed messages. */
  watch(count: () => number): void {
    this.#sources.push(count);
  }
}
