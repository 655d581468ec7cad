import type { Clock } from '../../engine/clock.ts';
import { DocumentTable } from '../../engine/document-table.ts';
import { attributeOf, type Item, itemSizeBytes, sameItem, typeOf } from './attribute-value.ts';
import { writeUnits } from './capacity.ts';
import { invalid, invalidParameter } from './errors.ts';
import {
  expectKeySize,
  isEmptyKey,
  type KeySchema,
  keyAttributes,
  partitionOf,
  pickAttributes,
  sortableKey,
} from './key.ts';
import type { IndexDefinition } from './table-definition.ts';
import { ThroughputLimit } from './throughput-limit.ts';
import type { Location } from './time-to-live.ts';

/** An item with its billed size. Both stay as they are; a write makes a new one. */
export interface StoredItem {
  readonly item: Item;
  readonly sizeBytes: number;
}

/** What a write does to an index. */
export interface IndexChange {
  remove: Location | undefined;
  put: (Location & { document: StoredItem }) | undefined;
  units: number;
}

const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

export function newItemTable(clock: Clock): DocumentTable<string, StoredItem> {
  return new DocumentTable({ compareSort: compareText, now: clock.now });
}

/** A secondary index: the projected attributes of every item that has the index's key attributes. */
export class TableIndex {
  readonly definition: IndexDefinition;
  readonly arn: string;
  readonly entries: DocumentTable<string, StoredItem>;
  readonly limit: ThroughputLimit;
  sizeBytes = 0;
  readonly #tableKey: KeySchema;
  readonly #projected: ReadonlySet<string> | undefined;

  constructor(definition: IndexDefinition, options: { arn: string; tableKey: KeySchema; clock: Clock }) {
    this.definition = definition;
    this.arn = options.arn;
    this.#tableKey = options.tableKey;
    this.entries = newItemTable(options.clock);
    this.limit = new ThroughputLimit(options.clock, definition.throughput);
    this.#projected = this.#projectedNames();
  }

  get key(): KeySchema {
    return this.definition.key;
  }

  /** Whether reading this attribute needs no look into the table. */
  projects(attribute: string): boolean {
    return !this.#projected || this.#projected.has(attribute);
  }

  /** Where the entry of an item lies; nothing when the item lacks a key attribute of the index. */
  locationOf(item: Item, inTable: Location): Location | undefined {
    const { hash, range } = this.key;
    const hashValue = attributeOf(item, hash.name);
    const rangeValue = range && attributeOf(item, range.name);
    if (!hashValue || (range && !rangeValue)) return undefined;
    const prefix = rangeValue ? sortPrefix(sortableKey(rangeValue)) : '';
    return {
      partition: partitionOf(hashValue),
      // Equal range keys are told apart by the primary key.
      sort: `${prefix}${separator}${escaped(inTable.partition)}${separator}${inTable.sort}`,
    };
  }

  /** Throws when an item's value for a key attribute of the index cannot be a key. */
  expectKeys(item: Item): void {
    const { hash } = this.key;
    for (const attribute of keyAttributes(this.key)) {
      const value = attributeOf(item, attribute.name);
      if (!value) continue;
      if (!(attribute.type in value)) {
        throw invalidParameter(
          `Type mismatch for Index Key ${attribute.name} Expected: ${attribute.type} Actual: ${typeOf(value)} IndexName: ${this.definition.name}`,
        );
      }
      if (isEmptyKey(value)) {
        throw invalid(
          `One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty ${attribute.type === 'S' ? 'string' : 'binary'} value. IndexName: ${this.definition.name}, IndexKey: ${attribute.name}`,
        );
      }
      expectKeySize(value, attribute === hash);
    }
  }

  /**
   * What changes here when an item changes. A changed key is a removal and an addition, each paid for; a
   * change of attributes that are not projected costs nothing.
   * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.ThroughputConsiderations.Writes
   */
  changeFor(
    location: Location,
    before: StoredItem | undefined,
    after: StoredItem | undefined,
  ): IndexChange | undefined {
    const from = before && this.locationOf(before.item, location);
    const to = after && this.locationOf(after.item, location);
    const old = from && this.entries.get(from.partition, from.sort)?.document;
    const document = to && after && this.#project(after);
    if (from && to && old && document) {
      const moved = from.partition !== to.partition || from.sort !== to.sort;
      if (!moved && sameItem(old.item, document.item)) return undefined;
      const units = moved
        ? writeUnits(old.sizeBytes) + writeUnits(document.sizeBytes)
        : writeUnits(Math.max(old.sizeBytes, document.sizeBytes));
      return { remove: moved ? from : undefined, put: { ...to, document }, units };
    }
    if (to && document) {
      return { remove: undefined, put: { ...to, document }, units: writeUnits(document.sizeBytes) };
    }
    if (from && old) return { remove: from, put: undefined, units: writeUnits(old.sizeBytes) };
    return undefined;
  }

  apply({ remove, put }: IndexChange): void {
    const changes = this.entries.commit([
      ...(remove ? [{ kind: 'delete' as const, ...remove }] : []),
      ...(put ? [{ kind: 'put' as const, ...put }] : []),
    ]);
    for (const { before, after } of changes) {
      this.sizeBytes += (after?.document.sizeBytes ?? 0) - (before?.document.sizeBytes ?? 0);
    }
  }

  #project(stored: StoredItem): StoredItem {
    if (!this.#projected) return stored;
    const item = pickAttributes(stored.item, this.#projected);
    return { item, sizeBytes: itemSizeBytes(item) };
  }

  #projectedNames(): Set<string> | undefined {
    const { projection, key } = this.definition;
    if (projection.type === 'ALL') return undefined;
    const keys = [...keyAttributes(this.#tableKey), ...keyAttributes(key)].map(({ name }) => name);
    return new Set(projection.type === 'INCLUDE' ? [...keys, ...projection.attributes] : keys);
  }
}

/** Ends a part of a composite sort key; sorts before everything that can follow inside a part. */
const separator = '\0\0';

const escaped = (text: string) => (text.includes('\0') ? text.replaceAll('\0', '\0\u0001') : text);

/** How the sort keys of all entries with this range key begin, before the separator. */
export const sortPrefix = escaped;

/** The first sort key after all entries with this range key. */
export const afterPrefix = (prefix: string) => `${prefix}\0\u0001`;
