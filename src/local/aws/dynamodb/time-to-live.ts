import type { Clock, Timer } from '../../engine/clock.ts';
import { DocumentTable } from '../../engine/document-table.ts';
import { attributeOf, type Item } from './attribute-value.ts';

/** Where an item lies: its partition, and its sort key in it. */
export interface Location {
  partition: string;
  sort: string;
}

/** A timer of the machine holds at most 2^31 - 1 ms; a longer wait is taken in days. */
const longestWaitMs = 24 * 60 * 60 * 1000;
const fiveYearsSeconds = 5 * 365 * 24 * 60 * 60;

/**
 * Deletes items some time after the Unix second in their time-to-live attribute. Until then they can be
 * read. Only numbers count, and none more than five years in the past.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html
 */
export class TimeToLive {
  readonly attribute: string;
  readonly #clock: Clock;
  readonly #lagMs: number;
  readonly #expire: (location: Location) => void;
  /** Due items in one partition, in order of their due time. */
  readonly #due: DocumentTable<string, Location>;
  #timer: { dueMs: number; timer: Timer } | undefined;

  constructor(attribute: string, clock: Clock, lagMs: number, expire: (location: Location) => void) {
    this.attribute = attribute;
    this.#clock = clock;
    this.#lagMs = lagMs;
    this.#expire = expire;
    this.#due = new DocumentTable({
      compareSort: (a, b) => (a < b ? -1 : a > b ? 1 : 0),
      now: clock.now,
    });
  }

  /** To be called after every write of an item. */
  watch(location: Location, item: Item): void {
    const dueMs = this.#dueMs(item);
    if (dueMs === undefined) return;
    const sort = `${String(dueMs).padStart(16, '0')}${location.partition}\0${location.sort}`;
    this.#due.commit([{ kind: 'put', partition: '', sort, document: location }]);
    this.#arm(dueMs);
  }

  /** Whether the item's time has come: its attribute may have changed since it was watched. */
  isExpired(item: Item): boolean {
    const seconds = this.#expirySeconds(item);
    return seconds !== undefined && seconds * 1000 <= this.#clock.now();
  }

  stop(): void {
    this.#timer?.timer.cancel();
    this.#timer = undefined;
  }

  #expirySeconds(item: Item): number | undefined {
    const value = attributeOf(item, this.attribute);
    if (!value || !('N' in value)) return undefined;
    const seconds = Math.floor(Number(value.N));
    return seconds > this.#clock.now() / 1000 - fiveYearsSeconds ? seconds : undefined;
  }

  #dueMs(item: Item): number | undefined {
    const seconds = this.#expirySeconds(item);
    if (seconds === undefined) return undefined;
    const dueMs = Math.max(seconds * 1000, this.#clock.now()) + this.#lagMs;
    return dueMs <= Number.MAX_SAFE_INTEGER ? dueMs : undefined;
  }

  #arm(dueMs: number): void {
    if (this.#timer && this.#timer.dueMs <= dueMs) return;
    this.#timer?.timer.cancel();
    const waitMs = Math.min(Math.max(0, dueMs - this.#clock.now()), longestWaitMs);
    this.#timer = { dueMs, timer: this.#clock.after(waitMs, () => this.#sweep()) };
  }

  #sweep(): void {
    this.#timer = undefined;
    const limit = String(this.#clock.now() + 1).padStart(16, '0');
    const due = [...this.#due.range('', { to: limit, toExclusive: true })];
    this.#due.commit(due.map(({ sort }) => ({ kind: 'delete', partition: '', sort })));
    for (const { document } of due) this.#expire(document);
    for (const { sort } of this.#due.range('')) {
      this.#arm(Number(sort.slice(0, 16)));
      break;
    }
  }
}
