/**
 * Items in the order of their sequence numbers. Adding the newest, taking the oldest and putting back what was just
 * taken cost the same however long the list is.
 */
export class SequencedList<Item extends { readonly sequence: number }> {
  #items: (Item | undefined)[] = [];
  #head = 0;

  get size(): number {
    return this.#items.length - this.#head;
  }

  get first(): Item | undefined {
    return this.#items[this.#head];
  }

  insert(item: Item): void {
    const items = this.#items;
    const last = items.at(-1);
    if (this.size === 0 || !last || last.sequence < item.sequence) {
      items.push(item);
      return;
    }
    const at = this.#indexOf(item.sequence);
    if (at === this.#head && this.#head > 0) items[--this.#head] = item;
    else items.splice(at, 0, item);
  }

  shift(): Item | undefined {
    const item = this.#items[this.#head];
    if (!item) return undefined;
    this.#items[this.#head++] = undefined;
    if (this.#head > 64 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  remove(item: Item): void {
    const at = this.#indexOf(item.sequence);
    if (this.#items[at] !== item) return;
    if (at === this.#head) this.shift();
    else this.#items.splice(at, 1);
  }

  /** Index of the first item whose sequence number is not below `sequence`. */
  #indexOf(sequence: number): number {
    let low = this.#head;
    let high = this.#items.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const item = this.#items[middle];
      if (item && item.sequence < sequence) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
