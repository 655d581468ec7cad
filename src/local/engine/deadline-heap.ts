interface Deadline<Item> {
  dueMs: number;
  item: Item;
}

/** Items by the time at which something is due for them: a binary heap. Equal times come in any order. */
export class DeadlineHeap<Item> {
  #heap: Deadline<Item>[] = [];

  get size(): number {
    return this.#heap.length;
  }

  /** When the first item is due; `undefined` when there is none. */
  get nextMs(): number | undefined {
    return this.#heap[0]?.dueMs;
  }

  push(dueMs: number, item: Item): void {
    this.#heap.push({ dueMs, item });
    this.#up(this.#heap.length - 1);
  }

  /** Takes out the first item that is due at `nowMs` or before. */
  popDue(nowMs: number): Deadline<Item> | undefined {
    const first = this.#heap[0];
    if (!first || first.dueMs > nowMs) return undefined;
    const last = this.#heap.pop();
    if (last && this.#heap.length > 0) {
      this.#heap[0] = last;
      this.#down(0);
    }
    return first;
  }

  /** Forgets everything and takes these instead. */
  rebuild(deadlines: Iterable<Deadline<Item>>): void {
    this.#heap = [...deadlines];
    for (let index = (this.#heap.length >> 1) - 1; index >= 0; index--) this.#down(index);
  }

  #up(start: number): void {
    const heap = this.#heap;
    const moved = heap[start];
    if (!moved) return;
    let index = start;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = heap[parentIndex];
      if (!parent || parent.dueMs <= moved.dueMs) break;
      heap[index] = parent;
      index = parentIndex;
    }
    heap[index] = moved;
  }

  #down(start: number): void {
    const heap = this.#heap;
    const moved = heap[start];
    if (!moved) return;
    let index = start;
    for (;;) {
      let childIndex = 2 * index + 1;
      let child = heap[childIndex];
      if (!child) break;
      const right = heap[childIndex + 1];
      if (right && right.dueMs < child.dueMs) {
        childIndex++;
        child = right;
      }
      if (child.dueMs >= moved.dueMs) break;
      heap[index] = child;
      index = childIndex;
    }
    heap[index] = moved;
  }
}
