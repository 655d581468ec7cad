/** https://cloud.google.com/run/pricing: billable instance time is rounded up to the nearest 100 milliseconds. */
const stepMs = 100;

interface Active {
  requests: number;
  /** From when on it is billed without a gap. */
  sinceMs: number;
  billedMs: number;
}

/**
 * The time that instances are billed for when the CPU is theirs only during requests: from the start of one to the
 * end of the last that overlaps with it, once however many there are, and their start-up.
 */
export class BillableTime {
  readonly #instances = new Map<string, Active>();

  /** @param nowMs when the request reached the instance, or when the instance was started for it */
  begin(instanceId: string, nowMs: number): void {
    const active = this.#instances.get(instanceId);
    if (!active) this.#instances.set(instanceId, { requests: 1, sinceMs: nowMs, billedMs: 0 });
    else {
      // What follows within a step that is paid for already goes on where that one stands.
      if (active.requests === 0 && nowMs >= active.sinceMs + active.billedMs) {
        active.sinceMs = nowMs;
        active.billedMs = 0;
      }
      active.requests++;
    }
  }

  /** @returns milliseconds to bill that have not been billed yet */
  end(instanceId: string, nowMs: number): number {
    const active = this.#instances.get(instanceId);
    if (!active) return 0;
    active.requests--;
    const wholeMs = Math.ceil((nowMs - active.sinceMs) / stepMs) * stepMs;
    const furtherMs = Math.max(0, wholeMs - active.billedMs);
    active.billedMs += furtherMs;
    return furtherMs;
  }
}
