import type { Clock } from '../../engine/clock.ts';
import { DocumentTable, type Mutation } from '../../engine/document-table.ts';
import { GrpcError } from '../grpc-server.ts';
import type { CompositeIndex, FieldOverride } from './index-check.ts';
import type { Micros } from './micros.ts';
import type { DocumentPath } from './resource-name.ts';
import { compareIds, comparePaths, type Fields } from './value.ts';

export interface StoredDocument {
  /** `users/u1/orders`, relative to the database. */
  readonly collection: string;
  readonly id: string;
  readonly fields: Fields;
  readonly createTime: Micros;
  readonly updateTime: Micros;
  /** Billed size: name, fields and overhead. */
  readonly sizeBytes: number;
}

/** What one commit did to one document. `before` is absent on create, `after` on delete. */
export interface DocumentChange {
  /** `projects/p/databases/(default)` */
  readonly database: string;
  readonly collection: string;
  readonly id: string;
  readonly time: Micros;
  readonly before?: StoredDocument;
  readonly after?: StoredDocument;
}

/** What one commit puts (or, without a document, removes) at one place. */
export interface DocumentUpdate {
  path: Pick<DocumentPath, 'collection' | 'id'>;
  document: Pick<StoredDocument, 'fields' | 'createTime' | 'sizeBytes'> | undefined;
}

export interface DatabaseDefinition {
  /** `projects/p/databases/(default)` */
  name: string;
  indexes?: readonly CompositeIndex[];
  fieldOverrides?: readonly FieldOverride[];
  /** `unchecked` answers queries without their index, as the vendor's emulator does. Default `enforced`. */
  indexCheck?: 'enforced' | 'unchecked';
  /** How far back reads may go: one hour, or seven days with point-in-time recovery. Default one hour. */
  versionRetentionMs?: number;
}

interface Version {
  readonly changedAt: Micros;
  readonly before: StoredDocument | undefined;
}

const hourMs = 3_600_000;
/** A bound on memory. A read that would need a version beyond it fails; it never sees a wrong one. */
const maxKeptVersions = 100_000;

/** One database: the current documents, their recent versions, and the service's own time. */
export class Database {
  readonly name: string;
  readonly indexes: CompositeIndex[];
  readonly fieldOverrides: FieldOverride[];
  readonly indexCheck: 'enforced' | 'unchecked';
  readonly #clock: Clock;
  readonly #retentionMicros: number;
  readonly #table: DocumentTable<string, StoredDocument>;
  readonly #versions = new Map<string, Map<string, Version[]>>();
  #kept: { changedAt: Micros; collection: string; id: string }[] = [];
  #keptStart = 0;
  #forgottenUntil: Micros = 0;
  #lastTime: Micros = 0;
  #storedBytes = 0;
  readonly #listeners = new Set<(changes: readonly DocumentChange[]) => void>();

  constructor(definition: DatabaseDefinition, clock: Clock) {
    this.name = definition.name;
    this.indexes = [...(definition.indexes ?? [])];
    this.fieldOverrides = [...(definition.fieldOverrides ?? [])];
    this.indexCheck = definition.indexCheck ?? 'enforced';
    this.#clock = clock;
    this.#retentionMicros = (definition.versionRetentionMs ?? hourMs) * 1000;
    this.#table = new DocumentTable({
      compareSort: compareIds,
      comparePartition: comparePaths,
      now: () => clock.now(),
    });
  }

  get projectId(): string {
    return this.name.split('/')[1] ?? '';
  }

  get documentCount(): number {
    return this.#table.count;
  }

  /** Billed bytes of all documents, without their index entries. */
  get storedBytes(): number {
    return this.#storedBytes;
  }

  /** The time of a read that starts now. Every later commit gets a later time. */
  readTime(): Micros {
    this.#lastTime = Math.max(Math.round(this.#clock.now() * 1000), this.#lastTime);
    return this.#lastTime;
  }

  /** The time of a commit that is made now: unique and increasing. */
  commitTime(): Micros {
    this.#lastTime = Math.max(Math.round(this.#clock.now() * 1000), this.#lastTime + 1);
    return this.#lastTime;
  }

  /** @throws INVALID_ARGUMENT for the future, FAILED_PRECONDITION for what is no longer kept. */
  checkReadTime(at: Micros): void {
    const now = this.readTime();
    if (at > now)
      throw new GrpcError('INVALID_ARGUMENT', "The requested 'read_time' cannot be in the future.");
    if (at < Math.max(now - this.#retentionMicros, this.#forgottenUntil)) {
      throw new GrpcError('FAILED_PRECONDITION', 'The requested snapshot version is too old.');
    }
  }

  /** The document as it is, or as it was `at` a time that `checkReadTime` accepts. */
  get(collection: string, id: string, at?: Micros): StoredDocument | undefined {
    if (at !== undefined) {
      const version = this.#versions
        .get(collection)
        ?.get(id)
        ?.find(({ changedAt }) => changedAt > at);
      if (version) return version.before;
    }
    return this.#table.get(collection, id)?.document;
  }

  /** The documents of one collection in the order of their ids. */
  *collection(
    collection: string,
    options: { at?: Micros | undefined; reverse?: boolean; from?: string } = {},
  ): Generator<StoredDocument> {
    const { at, reverse = false, from } = options;
    const changed = at === undefined ? [] : this.#idsChangedAfter(collection, at);
    if (at === undefined || changed.length === 0) {
      const range = { reverse, ...(from !== undefined && (reverse ? { to: from } : { from })) };
      for (const { document } of this.#table.range(collection, range)) {
        yield document;
      }
      return;
    }
    const ids = new Set(changed);
    for (const { sort } of this.#table.range(collection)) ids.add(sort);
    const ordered = [...ids].sort(compareIds);
    for (const id of reverse ? ordered.reverse() : ordered) {
      const document = this.get(collection, id, at);
      if (document) yield document;
    }
  }

  /** Paths of the collections beneath a parent (empty: the whole database), at any depth, in path order. */
  *collectionsBeneath(parent: string, at?: Micros): Generator<string> {
    const prefix = parent === '' ? '' : `${parent}/`;
    const names = new Set<string>();
    for (const collection of this.#table.partitions())
      if (collection.startsWith(prefix)) names.add(collection);
    if (at !== undefined) {
      for (const collection of this.#versions.keys())
        if (collection.startsWith(prefix)) names.add(collection);
    }
    yield* [...names].sort(comparePaths);
  }

  /** Applies updates as one step at `time`, which `commitTime` gave. */
  apply(updates: readonly DocumentUpdate[], time: Micros): DocumentChange[] {
    const mutations = updates.map(({ path, document }): Mutation<string, StoredDocument> => {
      const { collection, id } = path;
      const place = { partition: collection, sort: id };
      return document
        ? { kind: 'put', ...place, document: { collection, id, ...document, updateTime: time } }
        : { kind: 'delete', ...place };
    });
    const changes = this.#table.commit(mutations).map(
      ({ partition, sort, before, after }): DocumentChange => ({
        database: this.name,
        collection: partition,
        id: sort,
        time,
        ...(before && { before: before.document }),
        ...(after && { after: after.document }),
      }),
    );
    for (const change of changes) {
      this.#storedBytes += (change.after?.sizeBytes ?? 0) - (change.before?.sizeBytes ?? 0);
      this.#keepVersion(change);
    }
    this.#forgetOldVersions(time);
    if (changes.length > 0) for (const listener of this.#listeners) listener(changes);
    return changes;
  }

  /** Calls `listener` with the changes of every later commit, commit by commit. Returns its undo. */
  onChange(listener: (changes: readonly DocumentChange[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #idsChangedAfter(collection: string, at: Micros): string[] {
    const ids: string[] = [];
    for (const [id, versions] of this.#versions.get(collection) ?? []) {
      const latest = versions.at(-1);
      if (latest && latest.changedAt > at) ids.push(id);
    }
    return ids;
  }

  #keepVersion({ collection, id, time, before }: DocumentChange): void {
    let documents = this.#versions.get(collection);
    if (!documents) {
      documents = new Map();
      this.#versions.set(collection, documents);
    }
    const versions = documents.get(id);
    const version = { changedAt: time, before };
    if (versions) versions.push(version);
    else documents.set(id, [version]);
    this.#kept.push({ changedAt: time, collection, id });
  }

  #forgetOldVersions(now: Micros): void {
    for (let oldest = this.#kept[this.#keptStart]; oldest; oldest = this.#kept[this.#keptStart]) {
      const isOld = oldest.changedAt < now - this.#retentionMicros;
      if (!isOld && this.#kept.length - this.#keptStart <= maxKeptVersions) break;
      this.#keptStart++;
      this.#forgottenUntil = oldest.changedAt;
      const documents = this.#versions.get(oldest.collection);
      const versions = documents?.get(oldest.id);
      versions?.shift();
      if (versions?.length === 0) documents?.delete(oldest.id);
      if (documents?.size === 0) this.#versions.delete(oldest.collection);
    }
    if (this.#keptStart > 10_000 && this.#keptStart * 2 > this.#kept.length) {
      this.#kept = this.#kept.slice(this.#keptStart);
      this.#keptStart = 0;
    }
  }
}
