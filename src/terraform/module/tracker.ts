import { terraformError } from '../diagnostics.ts';
import type { SourceRange } from '../source.ts';

/** Knows which resources are read while something is evaluated. */
export class Tracker {
  readonly #collectors: Set<string>[] = [];

  note(address: string): void {
    this.#collectors.at(-1)?.add(address);
  }

  noteAll(addresses: Iterable<string>): void {
    for (const address of addresses) this.note(address);
  }

  collect<T>(evaluate: () => T): { result: T; addresses: Set<string> } {
    const addresses = new Set<string>();
    this.#collectors.push(addresses);
    try {
      return { result: evaluate(), addresses };
    } finally {
      this.#collectors.pop();
    }
  }
}

type Cell<T> = { state: 'evaluating' } | { state: 'done'; value: T; addresses: ReadonlySet<string> };

/**
 * Values that are evaluated once, when they are first asked for. Whoever asks also depends on the resources
 * that the value was made from.
 */
export class Memo<T> {
  readonly #cells = new Map<string, Cell<T>>();
  readonly #tracker: Tracker;

  constructor(tracker: Tracker) {
    this.#tracker = tracker;
  }

  get(name: string, evaluate: () => T, range?: SourceRange): T {
    const cell = this.#cells.get(name);
    if (cell?.state === 'evaluating')
      throw terraformError(`Cycle: ${name}`, `${name} depends on itself.`, range);
    if (cell?.state === 'done') {
      this.#tracker.noteAll(cell.addresses);
      return cell.value;
    }
    this.#cells.set(name, { state: 'evaluating' });
    try {
      const { result, addresses } = this.#tracker.collect(evaluate);
      this.#cells.set(name, { state: 'done', value: result, addresses });
      this.#tracker.noteAll(addresses);
      return result;
    } catch (error) {
      this.#cells.delete(name);
      throw error;
    }
  }
}
