/** Remembers what was accepted within the last `windowMs`, by key. */
export class DeduplicationWindow<Value> {
  readonly #windowMs: number;
  /** In the order of entry, so that the oldest come first. */
  readonly #seen = new Map<string, { untilMs: number; value: Value }>();

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  find(key: string, nowMs: number): Value | undefined {
    for (const [oldKey, { untilMs }] of this.#seen) {
      if (untilMs > nowMs) break;
      this.#seen.delete(oldKey);
    }
    return this.#seen.get(key)?.value;
  }

  add(key: string, value: Value, nowMs: number): void {
    this.#seen.delete(key);
    this.#seen.set(key, { untilMs: nowMs + this.#windowMs, value });
  }
}
