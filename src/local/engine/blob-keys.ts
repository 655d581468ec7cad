/** So few new keys are put into their places one by one; of more, all places are found in one go. */
const fewKeys = 32;

/** Keys in the order of their UTF-8 bytes, in which every vendor lists them. */
export class BlobKeys {
  #sorted: string[] = [];
  /** Keys that have no place yet: to find it moves half of the others, and only a listing wants to know it. */
  readonly #unplaced = new Set<string>();

  get size(): number {
    return this.#sorted.length + this.#unplaced.size;
  }

  /** Adds a key that is not there. */
  add(key: string): void {
    const last = this.#sorted.at(-1);
    const isLast = this.#unplaced.size === 0 && (last === undefined || compareKeys(last, key) < 0);
    if (isLast) this.#sorted.push(key);
    else this.#unplaced.add(key);
  }

  delete(key: string): void {
    if (this.#unplaced.delete(key)) return;
    const index = indexWhere(this.#sorted, (candidate) => compareKeys(candidate, key) < 0);
    if (this.#sorted[index] === key) this.#sorted.splice(index, 1);
  }

  at(index: number): string | undefined {
    return this.#ordered()[index];
  }

  /** Where the first key stands that is not before `key`. */
  indexFrom(key: string): number {
    return indexWhere(this.#ordered(), (candidate) => compareKeys(candidate, key) < 0);
  }

  /** Where the first key stands that is after `key`. */
  indexAfter(key: string): number {
    return indexWhere(this.#ordered(), (candidate) => compareKeys(candidate, key) <= 0);
  }

  /** Where the first key stands that is after all those that begin with `prefix`. */
  indexAfterPrefix(prefix: string): number {
    return indexWhere(
      this.#ordered(),
      (candidate) => candidate.startsWith(prefix) || compareKeys(candidate, prefix) < 0,
    );
  }

  #ordered(): readonly string[] {
    if (this.#unplaced.size === 0) return this.#sorted;
    const unplaced = [...this.#unplaced].sort(compareKeys);
    this.#unplaced.clear();
    if (unplaced.length > fewKeys) this.#sorted = merged(this.#sorted, unplaced);
    else
      for (const key of unplaced) {
        const index = indexWhere(this.#sorted, (candidate) => compareKeys(candidate, key) < 0);
        this.#sorted.splice(index, 0, key);
      }
    return this.#sorted;
  }
}

/** Where the first of the sorted keys stands that is not before. */
function indexWhere(sorted: readonly string[], isBefore: (key: string) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(sorted[middle] ?? '')) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Two sorted lists as one. */
function merged(left: readonly string[], right: readonly string[]): string[] {
  const keys: string[] = [];
  let position = 0;
  for (const key of right) {
    for (let other = left[position]; other !== undefined && compareKeys(other, key) < 0; ) {
      keys.push(other);
      other = left[++position];
    }
    keys.push(key);
  }
  for (; position < left.length; position++) keys.push(left[position] ?? '');
  return keys;
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
