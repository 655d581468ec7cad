/** Work that is running: when each piece ends, and on which instance. The earliest end comes out first. */
export class Completions {
  #times = new Float64Array(64);
  #instances = new Int32Array(64);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** When the next piece ends; infinity when nothing runs. */
  get nextTime(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : (this.#times[0] ?? Number.POSITIVE_INFINITY);
  }

  push(time: number, instance: number): void {
    if (this.#size === this.#times.length) this.#grow();
    const times = this.#times;
    const instances = this.#instances;
    let index = this.#size++;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const parentTime = times[parent] ?? 0;
      if (parentTime <= time) break;
      times[index] = parentTime;
      instances[index] = instances[parent] ?? 0;
      index = parent;
    }
    times[index] = time;
    instances[index] = instance;
  }

  /** Takes the earliest out and returns its instance. */
  pop(): number {
    const times = this.#times;
    const instances = this.#instances;
    const top = instances[0] ?? 0;
    const size = --this.#size;
    const time = times[size] ?? 0;
    const instance = instances[size] ?? 0;
    let index = 0;
    for (let child = 1; child < size; child = 2 * index + 1) {
      if (child + 1 < size && (times[child + 1] ?? 0) < (times[child] ?? 0)) child++;
      const childTime = times[child] ?? 0;
      if (childTime >= time) break;
      times[index] = childTime;
      instances[index] = instances[child] ?? 0;
      index = child;
    }
    times[index] = time;
    instances[index] = instance;
    return top;
  }

  #grow(): void {
    const times = new Float64Array(this.#times.length * 2);
    times.set(this.#times);
    this.#times = times;
    const instances = new Int32Array(times.length);
    instances.set(this.#instances);
    this.#instances = instances;
  }
}

/** Instances that can take a request, the one with the highest number first. */
export class Available {
  #keys = new Int32Array(64);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The highest; meaningless when there is none. */
  get top(): number {
    return this.#keys[0] ?? -1;
  }

  push(key: number): void {
    if (this.#size === this.#keys.length) {
      const keys = new Int32Array(this.#keys.length * 2);
      keys.set(this.#keys);
      this.#keys = keys;
    }
    const keys = this.#keys;
    let index = this.#size++;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const parentKey = keys[parent] ?? 0;
      if (parentKey >= key) break;
      keys[index] = parentKey;
      index = parent;
    }
    keys[index] = key;
  }

  pop(): void {
    const keys = this.#keys;
    const size = --this.#size;
    const key = keys[size] ?? 0;
    let index = 0;
    for (let child = 1; child < size; child = 2 * index + 1) {
      if (child + 1 < size && (keys[child + 1] ?? 0) > (keys[child] ?? 0)) child++;
      const childKey = keys[child] ?? 0;
      if (childKey <= key) break;
      keys[index] = childKey;
      index = child;
    }
    keys[index] = key;
  }
}
