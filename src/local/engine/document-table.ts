import { createRequire } from 'node:module';
import type SortedBTree from 'sorted-btree';

// The package is CommonJS with its class under `default`; what `import` makes of that differs between Node
// and the tools that transform modules, what `require` makes of it does not.
const { default: BTree }: typeof SortedBTree = createRequire(import.meta.url)('sorted-btree');
type BTree<Key, Value> = SortedBTree.default<Key, Value>;

/** One stored document. `version` is the table-wide sequence number of the change that wrote it. */
export interface Entry<Sort, Document> {
  readonly partition: string;
  readonly sort: Sort;
  readonly document: Document;
  readonly version: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** What one write did. `before` is absent on insert, `after` on delete. */
export interface Change<Sort, Document> {
  readonly sequence: number;
  readonly atMs: number;
  readonly partition: string;
  readonly sort: Sort;
  readonly before?: Entry<Sort, Document>;
  readonly after?: Entry<Sort, Document>;
}

export type Mutation<Sort, Document> =
  | { kind: 'put'; partition: string; sort: Sort; document: Document }
  | { kind: 'delete'; partition: string; sort: Sort };

export interface RangeOptions<Sort> {
  /** First sort key; included unless `fromExclusive`. */
  from?: Sort;
  fromExclusive?: boolean;
  /** Last sort key; included unless `toExclusive`. */
  to?: Sort;
  toExclusive?: boolean;
  /** Walk from the high end to the low end. `from` stays the low bound, `to` the high one. */
  reverse?: boolean;
}

/**
 * The document store under DynamoDB, Cosmos DB and Firestore: documents in partitions, ordered inside a
 * partition by a sort key, with a sequence of changes that listeners follow.
 *
 * It runs in one thread, so a caller that checks its conditions and then commits without awaiting in
 * between has an atomic conditional write, also over many documents.
 */
export class DocumentTable<Sort, Document> {
  readonly #compareSort: (a: Sort, b: Sort) => number;
  readonly #comparePartition: (a: string, b: string) => number;
  readonly #now: () => number;
  readonly #partitions = new Map<string, BTree<Sort, Entry<Sort, Document>>>();
  /** The partition keys in order; made by the first walk over them, as many tables never see one. */
  #partitionOrder: BTree<string, undefined> | undefined;
  readonly #listeners = new Set<(change: Change<Sort, Document>) => void>();
  #sequence = 0;
  #count = 0;

  /** `comparePartition` fixes the order in which a whole-table walk visits partitions. */
  constructor(options: {
    compareSort: (a: Sort, b: Sort) => number;
    comparePartition?: (a: string, b: string) => number;
    now: () => number;
  }) {
    this.#compareSort = options.compareSort;
    this.#now = options.now;
    this.#comparePartition = options.comparePartition ?? ((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  }

  /** Number of documents. */
  get count(): number {
    return this.#count;
  }

  /** Sequence number of the latest change; 0 before the first. */
  get sequence(): number {
    return this.#sequence;
  }

  get(partition: string, sort: Sort): Entry<Sort, Document> | undefined {
    return this.#partitions.get(partition)?.get(sort);
  }

  /** Applies all mutations as one step. Deleting what is not there changes nothing. */
  commit(mutations: readonly Mutation<Sort, Document>[]): Change<Sort, Document>[] {
    const atMs = this.#now();
    const changes: Change<Sort, Document>[] = [];
    for (const mutation of mutations) {
      const change = mutation.kind === 'put' ? this.#put(mutation, atMs) : this.#delete(mutation, atMs);
      if (change) changes.push(change);
    }
    for (const change of changes) for (const listener of this.#listeners) listener(change);
    return changes;
  }

  /** Documents of one partition in sort order. The table must not change while the walk is under way. */
  *range(partition: string, options: RangeOptions<Sort> = {}): Generator<Entry<Sort, Document>> {
    const tree = this.#partitions.get(partition);
    if (!tree) return;
    const { from, to, fromExclusive, toExclusive, reverse } = options;
    const compare = this.#compareSort;
    if (reverse) {
      for (const [sort, entry] of tree.entriesReversed(to)) {
        if (to !== undefined && toExclusive && compare(sort, to) === 0) continue;
        if (from !== undefined) {
          const order = compare(sort, from);
          if (order < 0 || (order === 0 && fromExclusive)) return;
        }
        yield entry;
      }
      return;
    }
    for (const [sort, entry] of tree.entries(from)) {
      if (from !== undefined && fromExclusive && compare(sort, from) === 0) continue;
      if (to !== undefined) {
        const order = compare(sort, to);
        if (order > 0 || (order === 0 && toExclusive)) return;
      }
      yield entry;
    }
  }

  /** Partition keys in partition order, from `from` (included) on. */
  *partitions(from?: string): Generator<string> {
    this.#partitionOrder ??= this.#orderPartitions();
    for (const partition of this.#partitionOrder.keys(from)) yield partition;
  }

  /** Every document: partitions in partition order, documents in sort order. */
  *all(): Generator<Entry<Sort, Document>> {
    for (const partition of this.partitions()) yield* this.range(partition);
  }

  /** Calls `listener` with every later change, in order, after the commit that made it. Returns its undo. */
  onChange(listener: (change: Change<Sort, Document>) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #orderPartitions(): BTree<string, undefined> {
    const entries = [...this.#partitions.keys()].map((partition): [string, undefined] => [
      partition,
      undefined,
    ]);
    return new BTree(entries, this.#comparePartition);
  }

  #put(
    mutation: { partition: string; sort: Sort; document: Document },
    atMs: number,
  ): Change<Sort, Document> {
    const { partition, sort, document } = mutation;
    let tree = this.#partitions.get(partition);
    if (!tree) {
      tree = new BTree<Sort, Entry<Sort, Document>>(undefined, this.#compareSort);
      this.#partitions.set(partition, tree);
      this.#partitionOrder?.set(partition, undefined);
    }
    const before = tree.get(sort);
    const sequence = ++this.#sequence;
    const after: Entry<Sort, Document> = {
      partition,
      sort,
      document,
      version: sequence,
      createdAtMs: before?.createdAtMs ?? atMs,
      updatedAtMs: atMs,
    };
    tree.set(sort, after);
    if (!before) this.#count++;
    return before
      ? { sequence, atMs, partition, sort, before, after }
      : { sequence, atMs, partition, sort, after };
  }

  #delete(mutation: { partition: string; sort: Sort }, atMs: number): Change<Sort, Document> | undefined {
    const { partition, sort } = mutation;
    const tree = this.#partitions.get(partition);
    const before = tree?.get(sort);
    if (!tree || !before) return undefined;
    tree.delete(sort);
    if (tree.size === 0) {
      this.#partitions.delete(partition);
      this.#partitionOrder?.delete(partition);
    }
    this.#count--;
    return { sequence: ++this.#sequence, atMs, partition, sort, before };
  }
}
