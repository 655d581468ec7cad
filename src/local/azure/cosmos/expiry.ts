import { DocumentTable } from '../../engine/document-table.ts';

/** Where an item is kept. */
export interface ItemPlace {
  partition: string;
  row: number;
}

/** A text that sorts as the second does. */
const slotOf = (seconds: number) => String(seconds).padStart(12, '0');

/** Items with a time to live, in the order in which they expire. */
export class ExpiryQueue {
  /** The partitions are the seconds in which items expire. */
  readonly #bySecond = new DocumentTable<number, string>({ compareSort: (a, b) => a - b, now: () => 0 });
  #nextSeconds = Number.POSITIVE_INFINITY;

  add(expiresAtSeconds: number, { partition, row }: ItemPlace): void {
    this.#bySecond.commit([
      { kind: 'put', partition: slotOf(expiresAtSeconds), sort: row, document: partition },
    ]);
    this.#nextSeconds = Math.min(this.#nextSeconds, expiresAtSeconds);
  }

  remove(expiresAtSeconds: number, row: number): void {
    this.#bySecond.commit([{ kind: 'delete', partition: slotOf(expiresAtSeconds), sort: row }]);
  }

  /** Takes out what has expired by now. */
  takeDue(nowSeconds: number): ItemPlace[] {
    if (nowSeconds < this.#nextSeconds) return [];
    const due: ItemPlace[] = [];
    for (;;) {
      const [slot] = this.#bySecond.partitions();
      this.#nextSeconds = slot === undefined ? Number.POSITIVE_INFINITY : Number(slot);
      if (slot === undefined || this.#nextSeconds > nowSeconds) return due;
      const entries = [...this.#bySecond.range(slot)];
      due.push(...entries.map(({ sort, document }) => ({ partition: document, row: sort })));
      this.#bySecond.commit(entries.map(({ sort }) => ({ kind: 'delete', partition: slot, sort })));
    }
  }
}
