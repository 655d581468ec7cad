import SortedBTree from 'sorted-btree';

// The package is CommonJS: its class stands under `default` of what Node imports.
const BTree = SortedBTree.default;
type BTree<Key, Value> = InstanceType<typeof SortedBTree.default<Key, Value>>;

/** Where an item is kept. */
export interface ItemPlace {
  partition: string;
  row: number;
}

/** Items with a time to live, in the order in which they expire. */
export class ExpiryQueue {
  readonly #bySecond: BTree<number, Map<number, string>> = new BTree<number, Map<number, string>>();
  #nextSeconds = Number.POSITIVE_INFINITY;

  add(expiresAtSeconds: number, place: ItemPlace): void {
    const items = this.#bySecond.get(expiresAtSeconds);
    if (items) items.set(place.row, place.partition);
    else this.#bySecond.set(expiresAtSeconds, new Map([[place.row, place.partition]]));
    this.#nextSeconds = Math.min(this.#nextSeconds, expiresAtSeconds);
  }

  remove(expiresAtSeconds: number, row: number): void {
    const items = this.#bySecond.get(expiresAtSeconds);
    if (items?.delete(row) && items.size === 0) this.#bySecond.delete(expiresAtSeconds);
  }

  /** Takes out what has expired by now. */
  takeDue(nowSeconds: number): ItemPlace[] {
    if (nowSeconds < this.#nextSeconds) return [];
    const due: ItemPlace[] = [];
    for (;;) {
      const first = this.#bySecond.minKey();
      this.#nextSeconds = first ?? Number.POSITIVE_INFINITY;
      if (first === undefined || first > nowSeconds) return due;
      for (const [row, partition] of this.#bySecond.get(first) ?? []) due.push({ partition, row });
      this.#bySecond.delete(first);
    }
  }
}
