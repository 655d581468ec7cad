import type { Clock } from '../../engine/clock.ts';
import { type Change, DocumentTable, type Entry, type Mutation } from '../../engine/document-table.ts';
import { effectivePartitionKey } from './effective-partition-key.ts';
import { ExpiryQueue } from './expiry.ts';
import { defaultIndexingPolicy, Indexing, type IndexingPolicy } from './indexing-policy.ts';
import { firstPosition, type StoredItem } from './item.ts';
import {
  type KeyPart,
  keyParts,
  keyText,
  type PartitionKeyDefinition,
  PartitionKeys,
  pathNames,
} from './partition-key.ts';
import { feedCharge, writeCharge } from './request-units.ts';
import { canonicalText, type JsonObject, type Value, valueAt } from './sql/value.ts';
import type { RequestUnitBudget, Throughput } from './throughput.ts';
import { ItemTransaction } from './transaction.ts';

export interface ContainerDefinition {
  name: string;
  partitionKey: PartitionKeyDefinition;
  /** Seconds; -1: items expire only by their own `ttl`. Absent: items do not expire at all. */
  defaultTtlSeconds?: number;
  uniqueKeys?: { paths: string[] }[];
  indexingPolicy?: IndexingPolicy;
  /** Of the container's own; absent when it shares its database's, or the account is serverless. */
  throughput?: Throughput;
}

/** Which items a query or feed looks at. */
export type ItemScope =
  | { kind: 'all' }
  /** One logical partition, or all whose hierarchical key begins like this. */
  | { kind: 'key'; parts: readonly KeyPart[] }
  /** Partition keys whose hash lies in a range, as hexadecimal texts. */
  | { kind: 'range'; minInclusive: string; maxExclusive: string };

export type ItemEntry = Entry<number, StoredItem>;

export interface ChangeFeedRequest {
  /** Changes after this commit; `0` for all. `now` gives none and the place to go on from. */
  after: number | 'now';
  /** Only items last written at or after this moment. */
  sinceMs?: number;
  scope?: ItemScope;
  maxItems?: number;
}

export interface ChangeFeedPage {
  /** The latest version of each changed item, in the order of the changes. Deletions do not appear. */
  items: StoredItem[];
  /** Where the next request goes on: its `after`. */
  continuation: number;
  requestUnits: number;
}

const defaultPageSize = 100;

/**
 * The items of one container, over the document table of the engine: logical partitions are the table's
 * partitions, and inside them items stand in the order of their creation.
 */
export class Container {
  readonly rid: string;
  /** `dbs/{rid}/colls/{rid}/` */
  readonly self: string;
  readonly createdAtSeconds: number;
  readonly budget: RequestUnitBudget;
  readonly clock: Clock;
  readonly table: DocumentTable<number, StoredItem>;
  #definition: ContainerDefinition;
  readonly #keys: PartitionKeys;
  #indexing: Indexing;
  readonly #uniquePaths: string[][][];
  readonly #rows = new Map<string, number>();
  readonly #unique = new Map<string, number>();
  /** The latest version of every item, by its place in the order of all changes. */
  readonly #feed: DocumentTable<number, { item: StoredItem; partition: string }>;
  readonly #expiry = new ExpiryQueue();
  readonly #meter: (ru: number) => void;
  #lastRow = 0;
  #lsn = 0;
  #storedBytes = 0;

  constructor(options: {
    definition: ContainerDefinition;
    rid: string;
    self: string;
    clock: Clock;
    budget: RequestUnitBudget;
    /** Called with the request units of everything that is charged. */
    meter: (ru: number) => void;
  }) {
    const { definition, clock } = options;
    this.rid = options.rid;
    this.self = options.self;
    this.clock = clock;
    this.budget = options.budget;
    this.#meter = options.meter;
    this.createdAtSeconds = Math.floor(clock.now() / 1000);
    const tableOptions = { compareSort: (a: number, b: number) => a - b, now: () => clock.now() };
    this.table = new DocumentTable(tableOptions);
    this.#feed = new DocumentTable(tableOptions);
    this.table.onChange((change) => this.#follow(change));
    this.#definition = definition;
    this.#keys = new PartitionKeys(definition.partitionKey);
    this.#indexing = new Indexing(indexingPolicyOf(definition));
    this.#uniquePaths = uniquePathsOf(definition);
  }

  get definition(): ContainerDefinition {
    return this.#definition;
  }

  get partitionKeys(): PartitionKeys {
    return this.#keys;
  }

  get indexing(): Indexing {
    return this.#indexing;
  }

  /** Number of the latest commit. */
  get lsn(): number {
    return this.#lsn;
  }

  get itemCount(): number {
    return this.table.count;
  }

  /** Size of the items as JSON. */
  get storedBytes(): number {
    return this.#storedBytes;
  }

  /** Takes over a new time to live, indexing policy or throughput. The partition key and unique keys stay. */
  update(changes: Pick<ContainerDefinition, 'defaultTtlSeconds' | 'indexingPolicy'>): void {
    const { name, partitionKey, uniqueKeys, throughput } = this.#definition;
    this.#definition = {
      name,
      partitionKey,
      ...(uniqueKeys && { uniqueKeys }),
      ...(throughput && { throughput }),
      ...changes,
    };
    this.#indexing = new Indexing(indexingPolicyOf(this.#definition));
  }

  /** Begins a request: removes what has expired, and throws a 429 when the throughput is used up. */
  admit(): void {
    this.#removeExpired();
    this.budget.admit(this.clock.now());
  }

  charge(ru: number): void {
    this.budget.spend(ru);
    this.#meter(ru);
  }

  /** A point read. */
  get(partition: string, id: string): ItemEntry | undefined {
    const row = this.#rows.get(`${partition}\n${id}`);
    return row === undefined ? undefined : this.table.get(partition, row);
  }

  /** Writes that take effect together, or not at all. */
  begin(): ItemTransaction {
    return new ItemTransaction(this);
  }

  nextRow(): number {
    return ++this.#lastRow;
  }

  /** For a transaction: makes its writes visible as one commit. */
  commit(mutations: readonly Mutation<number, StoredItem>[]): void {
    this.#lsn++;
    this.table.commit(mutations);
  }

  /** The row that holds a value of a unique key. */
  uniqueHolder(uniqueKey: string): number | undefined {
    return this.#unique.get(uniqueKey);
  }

  /** The values of an item that must be unique in its logical partition, one text for each unique key. */
  uniqueKeysOf(partition: string, body: JsonObject): string[] {
    return this.#uniquePaths.map((paths, index) => {
      // A missing value counts as null: learn.microsoft.com/azure/cosmos-db/unique-keys#sparse-unique-keys
      const values = paths.map((names) => names.reduce<Value>(valueAt, body) ?? null);
      return `${partition}\n${index}\n${canonicalText(values)}`;
    });
  }

  /** Items in the order of their partitions, from a place on (included). */
  *items(scope: ItemScope, from?: { partition: string; row: number }): Generator<ItemEntry> {
    for (const partition of this.#partitions(scope, from?.partition)) {
      yield* this.table.range(partition, from?.partition === partition ? { from: from.row } : {});
    }
  }

  *#partitions(scope: ItemScope, from?: string): Generator<string> {
    if (scope.kind === 'key') {
      const text = keyText(scope.parts);
      if (this.#keys.isComplete(scope.parts)) {
        yield text;
        return;
      }
      for (const partition of this.table.partitions(from ?? text)) {
        if (!partition.startsWith(text)) return;
        yield partition;
      }
      return;
    }
    for (const partition of this.table.partitions(from)) if (this.#isIn(scope, partition)) yield partition;
  }

  #isIn(scope: ItemScope, partition: string): boolean {
    switch (scope.kind) {
      case 'all':
        return true;
      case 'key':
        return partition.startsWith(keyText(scope.parts));
      case 'range': {
        const hash = effectivePartitionKey(keyParts(partition), this.#definition.partitionKey) ?? '';
        return hash >= scope.minInclusive && hash < scope.maxExclusive;
      }
    }
  }

  /** The latest version of what has changed, in order. The items of one commit are never split over two pages. */
  changeFeed(request: ChangeFeedRequest): ChangeFeedPage {
    this.admit();
    const { scope = { kind: 'all' }, sinceMs, maxItems = defaultPageSize } = request;
    const after = request.after === 'now' ? this.#lsn : request.after;
    const items: StoredItem[] = [];
    let continuation = after;
    if (after < this.#lsn) {
      for (const { document } of this.#feed.range('', { from: firstPosition(after + 1) })) {
        const { item, partition } = document;
        if (items.length >= maxItems && item.lsn !== continuation) return this.#feedPage(items, continuation);
        continuation = item.lsn;
        if (sinceMs !== undefined && item.timestampSeconds < Math.floor(sinceMs / 1000)) continue;
        if (this.#isIn(scope, partition)) items.push(item);
      }
      continuation = this.#lsn;
    }
    return this.#feedPage(items, continuation);
  }

  #feedPage(items: StoredItem[], continuation: number): ChangeFeedPage {
    const requestUnits = feedCharge(items.map((item) => item.sizeBytes));
    this.charge(requestUnits);
    return { items, continuation, requestUnits };
  }

  /** Calls `listener` after each commit that changed or added items. Returns its undo. */
  onChange(listener: () => void): () => void {
    return this.table.onChange((change) => {
      if (change.after) listener();
    });
  }

  #removeExpired(): void {
    const due = this.#expiry.takeDue(Math.floor(this.clock.now() / 1000));
    if (due.length === 0) return;
    for (const { partition, row } of due) {
      const entry = this.table.get(partition, row);
      if (!entry) continue;
      // Expiry uses request units that nobody waits for: they are metered, but throttle nothing.
      this.#meter(
        writeCharge(entry.document.sizeBytes, [...this.#indexing.terms(entry.document.body)].length),
      );
    }
    this.commit(due.map(({ partition, row }) => ({ kind: 'delete', partition, sort: row })));
  }

  /** Keeps the look-ups in step with the table. */
  #follow({ before, after, partition, sort: row }: Change<number, StoredItem>): void {
    if (before) {
      const { document } = before;
      this.#storedBytes -= document.sizeBytes;
      this.#rows.delete(`${partition}\n${document.id}`);
      this.#feed.commit([{ kind: 'delete', partition: '', sort: document.position }]);
      for (const key of this.uniqueKeysOf(partition, document.body)) {
        // In one commit another item may have taken the value over already.
        if (this.#unique.get(key) === row) this.#unique.delete(key);
      }
      if (document.expiresAtSeconds !== undefined) this.#expiry.remove(document.expiresAtSeconds, row);
    }
    if (!after) return;
    const { document } = after;
    this.#storedBytes += document.sizeBytes;
    this.#rows.set(`${partition}\n${document.id}`, row);
    this.#feed.commit([
      { kind: 'put', partition: '', sort: document.position, document: { item: document, partition } },
    ]);
    for (const key of this.uniqueKeysOf(partition, document.body)) this.#unique.set(key, row);
    if (document.expiresAtSeconds !== undefined) {
      this.#expiry.add(document.expiresAtSeconds, { partition, row });
    }
  }
}

const indexingPolicyOf = (definition: ContainerDefinition) =>
  definition.indexingPolicy ?? defaultIndexingPolicy;

const uniquePathsOf = ({ uniqueKeys = [] }: ContainerDefinition) =>
  uniqueKeys.map(({ paths }) => paths.map(pathNames));
