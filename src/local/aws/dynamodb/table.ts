import type { DocumentTable } from '../../engine/document-table.ts';
import { AwsError, type AwsRuntime } from '../service.ts';
import { attributeOf, type Item, itemSizeBytes, maximumItemBytes, sameItem } from './attribute-value.ts';
import { type ConsumedUnits, writeUnits } from './capacity.ts';
import { ChangeStream, type StreamRecord } from './change-stream.ts';
import { invalid } from './errors.ts';
import { expectItemKey, type KeySchema, keyOf, partitionOf, sortableKey } from './key.ts';
import type { IndexDefinition, TableDefinition } from './table-definition.ts';
import { type IndexChange, newItemTable, type StoredItem, TableIndex } from './table-index.ts';
import { type Direction, ThroughputLimit } from './throughput-limit.ts';
import { type Location, TimeToLive } from './time-to-live.ts';

/** One write, worked out but not done: what it stores where, and what it costs. */
export interface PlannedWrite {
  location: Location;
  before: StoredItem | undefined;
  after: StoredItem | undefined;
  indexChanges: { index: TableIndex; change: IndexChange }[];
  units: ConsumedUnits;
}

export interface TableEvents {
  /** A record was added to the table's stream. */
  onRecord(table: Table, record: StreamRecord): void;
}

/** Items of a billed table take 100 bytes more each, also in each index that projects them. */
const billedOverheadBytes = 100;

/** One table with its items, indexes, stream and time to live. */
export class Table {
  readonly arn: string;
  readonly id: string;
  readonly createdAtMs: number;
  readonly entries: DocumentTable<string, StoredItem>;
  readonly indexes = new Map<string, TableIndex>();
  readonly limit: ThroughputLimit;
  definition: TableDefinition;
  pointInTimeRecovery: { recoveryPeriodDays: number; sinceMs: number } | undefined;
  stream: ChangeStream | undefined;
  sizeBytes = 0;
  #timeToLive: TimeToLive | undefined;
  readonly #runtime: AwsRuntime;
  readonly #events: TableEvents;

  constructor(
    definition: TableDefinition,
    runtime: AwsRuntime,
    options: { arn: string; events: TableEvents; streamLabel: string | undefined },
  ) {
    this.#runtime = runtime;
    this.#events = options.events;
    this.arn = options.arn;
    this.id = runtime.random.uuid();
    this.createdAtMs = runtime.clock.now();
    this.definition = definition;
    this.entries = newItemTable(runtime.clock);
    this.limit = new ThroughputLimit(runtime.clock, definition.throughput);
    for (const index of definition.indexes) this.#addIndex(index);
    this.#openStream(options.streamLabel);
  }

  get name(): string {
    return this.definition.name;
  }

  get key(): KeySchema {
    return this.definition.key;
  }

  get timeToLiveAttribute(): string | undefined {
    return this.#timeToLive?.attribute;
  }

  /** Bytes of items and index entries as they are billed for storage. */
  get billedBytes(): number {
    let bytes = this.sizeBytes + this.entries.count * billedOverheadBytes;
    for (const { sizeBytes, entries } of this.indexes.values()) {
      bytes += sizeBytes + entries.count * billedOverheadBytes;
    }
    return bytes;
  }

  /** Where the item with this key lies. The key has been checked. */
  locationOf(key: Item): Location {
    const { hash, range } = this.key;
    const hashValue = attributeOf(key, hash.name);
    const rangeValue = range && attributeOf(key, range.name);
    if (!hashValue) throw new Error(`The key of ${this.name} lacks ${hash.name}.`);
    return {
      partition: partitionOf(hashValue),
      sort: rangeValue ? sortableKey(rangeValue) : '',
    };
  }

  get({ partition, sort }: Location): StoredItem | undefined {
    return this.entries.get(partition, sort)?.document;
  }

  /** Throws unless the item can be stored here; `sizeMessage` is what DynamoDB says of one that is too large. */
  stored(item: Item, sizeMessage = 'Item size has exceeded the maximum allowed size'): StoredItem {
    expectItemKey(item, this.key);
    for (const index of this.indexes.values()) index.expectKeys(item);
    const sizeBytes = itemSizeBytes(item);
    if (sizeBytes > maximumItemBytes) throw invalid(sizeMessage);
    return { item, sizeBytes };
  }

  /** Works out a write. `after` is absent for a deletion. */
  plan(location: Location, after: StoredItem | undefined): PlannedWrite {
    const before = this.get(location);
    const units: ConsumedUnits = {
      table: writeUnits(Math.max(before?.sizeBytes ?? 0, after?.sizeBytes ?? 0)),
      local: new Map(),
      global: new Map(),
    };
    const indexChanges: PlannedWrite['indexChanges'] = [];
    for (const index of this.indexes.values()) {
      const change = index.changeFor(location, before, after);
      if (!change) continue;
      indexChanges.push({ index, change });
      const { kind, name } = index.definition;
      units[kind].set(name, change.units);
    }
    return { location, before, after, indexChanges, units };
  }

  /** Throws when the table or one of its global indexes is out of capacity; otherwise takes the units. */
  take(direction: Direction, units: ConsumedUnits): void {
    let own = units.table;
    for (const more of units.local.values()) own += more;
    if (!this.limit.admits(direction, own)) throw this.#throttled(direction);
    for (const [name, more] of units.global) {
      const index = this.indexes.get(name);
      if (index && !index.limit.admits(direction, more)) throw this.#throttled(direction, index);
    }
    this.limit.take(direction, own);
    for (const [name, more] of units.global) this.indexes.get(name)?.limit.take(direction, more);
  }

  /** Does a planned write. No other write of the table may come between plan and commit. */
  commit(write: PlannedWrite, cause: 'request' | 'ttl' = 'request'): void {
    const { location, before, after, indexChanges } = write;
    if (!before && !after) return;
    const { partition, sort } = location;
    this.entries.commit([
      after ? { kind: 'put', partition, sort, document: after } : { kind: 'delete', partition, sort },
    ]);
    this.sizeBytes += (after?.sizeBytes ?? 0) - (before?.sizeBytes ?? 0);
    for (const { index, change } of indexChanges) index.apply(change);
    if (after) this.#timeToLive?.watch(location, after.item);
    if (this.stream) this.#record(this.stream, before?.item, after?.item, cause);
  }

  setStream(viewType: TableDefinition['stream']): void {
    this.definition = { ...this.definition, stream: viewType };
    this.#openStream();
  }

  setTimeToLive(attribute: string | undefined, lagMs: number): void {
    this.#timeToLive?.stop();
    this.#timeToLive = undefined;
    if (attribute === undefined) return;
    const timeToLive = new TimeToLive(attribute, this.#runtime.clock, lagMs, (location) => {
      const current = this.get(location);
      if (!current) return;
      if (timeToLive.isExpired(current.item)) this.commit(this.plan(location, undefined), 'ttl');
    });
    this.#timeToLive = timeToLive;
    for (const { partition, sort, document } of this.entries.all()) {
      timeToLive.watch({ partition, sort }, document.item);
    }
  }

  /** Takes the table's and its indexes' new throughput and set of indexes; new ones are filled at once. */
  change(definition: TableDefinition): void {
    this.definition = definition;
    this.limit.change(definition.throughput);
    for (const name of this.indexes.keys()) {
      if (!definition.indexes.some((index) => index.name === name)) this.indexes.delete(name);
    }
    for (const wanted of definition.indexes) {
      const index = this.indexes.get(wanted.name);
      if (index) index.limit.change(wanted.throughput);
      else this.#fill(this.#addIndex(wanted));
    }
  }

  /** Stops everything that would still act on the table. */
  close(): void {
    this.#timeToLive?.stop();
  }

  #record(
    stream: ChangeStream,
    before: Item | undefined,
    after: Item | undefined,
    cause: 'request' | 'ttl',
  ): void {
    // A write that changes no data leaves no record.
    if (before && after && sameItem(before, after)) return;
    const keys = keyOf(after ?? before ?? {}, this.key);
    this.#events.onRecord(this, stream.append({ keys, before, after, cause }));
  }

  #addIndex(definition: IndexDefinition): TableIndex {
    const index = new TableIndex(definition, {
      arn: `${this.arn}/index/${definition.name}`,
      tableKey: this.key,
      clock: this.#runtime.clock,
    });
    this.indexes.set(definition.name, index);
    return index;
  }

  #fill(index: TableIndex): void {
    for (const { partition, sort, document } of this.entries.all()) {
      const change = index.changeFor({ partition, sort }, undefined, document);
      if (change) index.apply(change);
    }
  }

  #openStream(givenLabel?: string): void {
    const { stream: viewType } = this.definition;
    const label = givenLabel || new Date(this.#runtime.clock.now()).toISOString().replace('Z', '');
    this.stream = viewType && new ChangeStream(this.#runtime, this.arn, viewType, label);
  }

  /** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/throttling-diagnosing-workflow.html */
  #throttled(direction: Direction, index?: TableIndex): AwsError {
    const limit = (index ?? this).limit;
    const place = `${index ? 'Index' : 'Table'}${direction === 'read' ? 'Read' : 'Write'}`;
    const resource = (index ?? this).arn;
    if (limit.mode === 'PAY_PER_REQUEST') {
      return new AwsError(
        'ThrottlingException',
        'Throughput exceeds the maximum OnDemandThroughput configured on table or index',
        400,
        { throttlingReasons: [{ reason: `${place}MaxOnDemandThroughputExceeded`, resource }] },
      );
    }
    return new AwsError(
      'ProvisionedThroughputExceededException',
      index
        ? 'The level of configured provisioned throughput for one or more global secondary indexes of the table was exceeded. Consider increasing your provisioning level for the under-provisioned global secondary indexes with the UpdateTable API'
        : 'The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.',
      400,
      { ThrottlingReasons: [{ reason: `${place}ProvisionedThroughputExceeded`, resource }] },
    );
  }
}
