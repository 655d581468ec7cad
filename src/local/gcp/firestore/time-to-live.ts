import { bill, type Context } from './access.ts';
import type { Database, StoredDocument } from './database.ts';
import { type FieldPath, valueAt } from './field-path.ts';

/** Documents of a collection group expire at the timestamp in a field. */
export interface TimeToLivePolicy {
  collectionGroup: string;
  path: FieldPath;
}

/**
 * Deletes expired documents, `lagMs` after their time: the service promises to do so within 24 hours.
 * https://cloud.google.com/firestore/docs/ttl
 */
export class TimeToLive {
  readonly #context: Context;
  readonly #database: Database;
  readonly #lagMs: number;
  readonly #policies: TimeToLivePolicy[] = [];
  #wakeAtMs = Number.POSITIVE_INFINITY;
  #cancel = () => {};

  constructor(context: Context, database: Database, lagMs: number) {
    this.#context = context;
    this.#database = database;
    this.#lagMs = lagMs;
    database.onChange((changes) => {
      if (this.#policies.length === 0) return;
      for (const { after } of changes) if (after) this.#wakeBy(this.#dueAtMs(after));
    });
  }

  add(policy: TimeToLivePolicy): void {
    this.#policies.push(policy);
    this.#sweep();
  }

  /** When the document is to go; `undefined` when no policy holds for it or the field is no timestamp. */
  #dueAtMs({ collection, fields }: StoredDocument): number | undefined {
    const collectionId = collection.slice(collection.lastIndexOf('/') + 1);
    const policy = this.#policies.find(({ collectionGroup }) => collectionGroup === collectionId);
    const value = policy && valueAt(fields, policy.path);
    if (value?.kind !== 'timestamp') return undefined;
    return value.value.seconds * 1000 + value.value.nanos / 1_000_000 + this.#lagMs;
  }

  #wakeBy(dueAtMs: number | undefined): void {
    if (dueAtMs === undefined || dueAtMs >= this.#wakeAtMs) return;
    this.#cancel();
    this.#wakeAtMs = dueAtMs;
    const { clock } = this.#context.runtime;
    // Timers of the platform hold 24.8 days at most; waking early only means to look again.
    const delayMs = Math.min(Math.max(0, dueAtMs - clock.now()), 2 ** 31 - 1);
    const timer = clock.after(delayMs, () => this.#sweep());
    this.#cancel = () => timer.cancel();
  }

  #sweep(): void {
    this.#cancel();
    this.#wakeAtMs = Number.POSITIVE_INFINITY;
    const nowMs = this.#context.runtime.clock.now();
    const expired: StoredDocument[] = [];
    let next: number | undefined;
    for (const collection of this.#database.collectionsBeneath('')) {
      for (const document of this.#database.collection(collection)) {
        const dueAtMs = this.#dueAtMs(document);
        if (dueAtMs === undefined) continue;
        if (dueAtMs <= nowMs) expired.push(document);
        else next = Math.min(next ?? dueAtMs, dueAtMs);
      }
    }
    if (expired.length > 0) {
      const deletions = expired.map((path) => ({ path, document: undefined }));
      this.#database.apply(deletions, this.#database.commitTime());
      bill(this.#context, this.#database, 'ttl-deletes', expired.length);
    }
    this.#wakeBy(next);
  }
}
