/** Keys in the order of their UTF-8 bytes, in which every vendor lists them. */
export class BlobKeys {
  readonly #keys: string[] = [];

  get size(): number {
    return this.#keys.length;
  }

  /** Adds a key that is not there. */
  add(key: string): void {
    const last = this.#keys.at(-1);
    if (last === undefined || compareKeys(last, key) < 0) this.#keys.push(key);
    else this.#keys.splice(this.indexFrom(key), 0, key);
  }

  delete(key: string): void {
    const index = this.indexFrom(key);
    if (this.#keys[index] === key) this.#keys.splice(index, 1);
  }

  at(index: number): string | undefined {
    return this.#keys[index];
  }

  /** Where the first key stands that is not before `key`. */
  indexFrom(key: string): number {
    return this.#search((candidate) => compareKeys(candidate, key) < 0);
  }

  /** Where the first key stands that is after `key`. */
  indexAfter(key: string): number {
    return this.#search((candidate) => compareKeys(candidate, key) <= 0);
  }

  /** Where the first key stands that is after all those that begin with `prefix`. */
  indexAfterPrefix(prefix: string): number {
    return this.#search((candidate) => candidate.startsWith(prefix) || compareKeys(candidate, prefix) < 0);
  }

  #search(isBefore: (key: string) => boolean): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBefore(this.#keys[middle] ?? '')) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const firstSurrogate = 0xd800;
const lastSurrogate = 0xdfff;

/** As their UTF-8 bytes compare; JavaScript compares UTF-16, where characters beyond U+FFFF come too early. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left === right) continue;
    const isLeftHigh = left >= firstSurrogate && left <= lastSurrogate;
    const isRightHigh = right >= firstSurrogate && right <= lastSurrogate;
    return isLeftHigh === isRightHigh ? left - right : isLeftHigh ? 1 : -1;
  }
  return a.length - b.length;
}
