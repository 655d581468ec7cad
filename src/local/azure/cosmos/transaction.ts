import type { Mutation } from '../../engine/document-table.ts';
import type { Container } from './container.ts';
import { badRequest, conflict, itemNotFound, partitionKeyMismatch, preconditionFailed } from './errors.ts';
import { parseItem, type StoredItem, stampItem } from './item.ts';
import { keyText } from './partition-key.ts';
import { applyPatch, type Patch } from './patch.ts';
import { pointReadCharge, replaceCharge, writeCharge } from './request-units.ts';
import { itemRid } from './resource-id.ts';
import { parsePredicate } from './sql/parser.ts';
import { compileQuery } from './sql/program.ts';
import { QueryError } from './sql/query-error.ts';
import type { Json, JsonObject } from './sql/value.ts';

/** What one write or point read did. */
export interface ItemOutcome {
  status: 200 | 201 | 204 | 304;
  item?: StoredItem;
  requestUnits: number;
}

/** The etag conditions of a request. */
export interface Conditions {
  ifMatch?: string | undefined;
  ifNoneMatch?: string | undefined;
}

interface Placed {
  row: number;
  item: StoredItem;
}

/**
 * Reads and writes of one logical partition that see each other's effects and become visible together at
 * `commit`. Every operation throws a `CosmosError` when it fails; the transaction must then be dropped.
 */
export class ItemTransaction {
  readonly #container: Container;
  readonly #mutations: Mutation<number, StoredItem>[] = [];
  readonly #staged = new Map<string, Placed | undefined>();
  readonly #stagedUnique = new Map<string, number | undefined>();

  constructor(container: Container) {
    this.#container = container;
  }

  commit(): void {
    if (this.#mutations.length > 0) this.#container.commit(this.#mutations);
  }

  read(partition: string, id: string, { ifNoneMatch }: Conditions = {}): ItemOutcome {
    const { item } = this.#existing(partition, id);
    if (ifNoneMatch === item.etag) return { status: 304, item, requestUnits: pointReadCharge(0) };
    return { status: 200, item, requestUnits: pointReadCharge(item.sizeBytes) };
  }

  create(partition: string, body: Json | undefined): ItemOutcome {
    const item = this.#checked(partition, body);
    if (this.#find(partition, item.id)) throw conflict();
    return this.#insert(partition, item);
  }

  upsert(partition: string, body: Json | undefined, conditions: Conditions = {}): ItemOutcome {
    const item = this.#checked(partition, body);
    const current = this.#find(partition, item.id);
    if (!current) return this.#insert(partition, item);
    checkMatch(current.item, conditions);
    return this.#overwrite(partition, current, item);
  }

  replace(partition: string, id: string, body: Json | undefined, conditions: Conditions = {}): ItemOutcome {
    const item = this.#checked(partition, body);
    const current = this.#existing(partition, id);
    if (item.id !== id) throw badRequest('The id of an item cannot be changed by replacing it.');
    checkMatch(current.item, conditions);
    return this.#overwrite(partition, current, item);
  }

  patch(
    partition: string,
    id: string,
    { operations, condition }: Patch,
    conditions: Conditions = {},
  ): ItemOutcome {
    const current = this.#existing(partition, id);
    checkMatch(current.item, conditions);
    if (condition !== undefined && !this.#satisfies(current.item.body, condition)) throw preconditionFailed();
    const patched = applyPatch(current.item.body, operations, this.#container.partitionKeys.paths);
    return this.#overwrite(partition, current, parseItem(patched), operations.length);
  }

  delete(partition: string, id: string, conditions: Conditions = {}): ItemOutcome {
    const current = this.#existing(partition, id);
    checkMatch(current.item, conditions);
    this.#releaseUnique(partition, current);
    this.#mutations.push({ kind: 'delete', partition, sort: current.row });
    this.#staged.set(`${partition}\n${id}`, undefined);
    return {
      status: 204,
      requestUnits: writeCharge(current.item.sizeBytes, this.#termCount(current.item.body)),
    };
  }

  #find(partition: string, id: string): Placed | undefined {
    const place = `${partition}\n${id}`;
    if (this.#staged.has(place)) return this.#staged.get(place);
    const entry = this.#container.get(partition, id);
    return entry && { row: entry.sort, item: entry.document };
  }

  #existing(partition: string, id: string): Placed {
    const found = this.#find(partition, id);
    if (!found) throw itemNotFound();
    return found;
  }

  #checked(partition: string, body: Json | undefined): JsonObject & { id: string } {
    const item = parseItem(body);
    if (keyText(this.#container.partitionKeys.ofItem(item)) !== partition) throw partitionKeyMismatch();
    return item;
  }

  #insert(partition: string, body: JsonObject & { id: string }): ItemOutcome {
    const item = this.#put(partition, this.#container.nextRow(), body);
    return { status: 201, item, requestUnits: writeCharge(item.sizeBytes, this.#termCount(body)) };
  }

  #overwrite(
    partition: string,
    current: Placed,
    body: JsonObject & { id: string },
    patchOperations = 0,
  ): ItemOutcome {
    this.#releaseUnique(partition, current);
    const item = this.#put(partition, current.row, body);
    const sizes = { beforeBytes: current.item.sizeBytes, afterBytes: item.sizeBytes };
    const requestUnits = replaceCharge(sizes, this.#changedTerms(current.item.body, body), patchOperations);
    return { status: 200, item, requestUnits };
  }

  #put(partition: string, row: number, body: JsonObject & { id: string }): StoredItem {
    const { rid, self, lsn, clock, definition } = this.#container;
    const item = stampItem(body, {
      rid: itemRid(rid, row),
      selfPrefix: `${self}docs/`,
      lsn: lsn + 1,
      indexInCommit: this.#mutations.length,
      nowMs: clock.now(),
      defaultTtlSeconds: definition.defaultTtlSeconds,
    });
    for (const key of this.#container.uniqueKeysOf(partition, body)) {
      const holder = this.#stagedUnique.has(key)
        ? this.#stagedUnique.get(key)
        : this.#container.uniqueHolder(key);
      if (holder !== undefined && holder !== row) throw conflict('Unique index constraint violation.');
      this.#stagedUnique.set(key, row);
    }
    this.#mutations.push({ kind: 'put', partition, sort: row, document: item });
    this.#staged.set(`${partition}\n${body.id}`, { row, item });
    return item;
  }

  #releaseUnique(partition: string, { item }: Placed): void {
    for (const key of this.#container.uniqueKeysOf(partition, item.body))
      this.#stagedUnique.set(key, undefined);
  }

  #termCount(body: JsonObject): number {
    let count = 0;
    for (const _term of this.#container.indexing.terms(userProperties(body))) count++;
    return count;
  }

  #changedTerms(before: JsonObject, after: JsonObject): { removed: number; added: number } {
    const { indexing } = this.#container;
    const old = new Set(indexing.terms(userProperties(before)));
    let added = 0;
    for (const term of new Set(indexing.terms(userProperties(after)))) if (!old.delete(term)) added++;
    return { removed: old.size, added };
  }

  #satisfies(body: JsonObject, condition: string): boolean {
    try {
      const context = { nowMs: this.#container.clock.now(), random: () => 0 };
      const program = compileQuery(parsePredicate(condition), new Map(), context);
      return !program
        .rowsOf({ values: [body] })
        [Symbol.iterator]()
        .next().done;
    } catch (error) {
      if (error instanceof QueryError) throw badRequest(error.message);
      throw error;
    }
  }
}

/** The properties that a client wrote; those of the service are not counted as index terms. */
function userProperties(body: JsonObject): JsonObject {
  if (!('_rid' in body)) return body;
  const { _rid, _self, _etag, _attachments, _ts, ...own } = body;
  return own;
}

function checkMatch(item: StoredItem, { ifMatch }: Conditions): void {
  if (ifMatch !== undefined && ifMatch !== '*' && ifMatch !== item.etag) throw preconditionFailed();
}
