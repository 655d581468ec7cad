import { createHash } from 'node:crypto';
import type { BlobContent } from './blob-content.ts';
import { BlobKeys } from './blob-keys.ts';
import { type BlobListing, type BlobPage, listBlobs } from './blob-listing.ts';
import type {
  BlobCause,
  BlobChange,
  BlobEvent,
  BlobObject,
  BlobOrigin,
  BlobPart,
  BlobUpload,
  BlobVersion,
  DeleteMarker,
} from './blob-version.ts';
import type { Clock, Timer } from './clock.ts';
import type { Course } from './course.ts';
import { StoredBytes } from './stored-bytes.ts';

/**
 * `off`: only the current version of a key exists. `on`: versions that are overwritten or deleted stay.
 * `suspended`: those that are there stay, and what S3 calls the null version is overwritten from now on.
 */
export type Versioning = 'off' | 'on' | 'suspended';

export interface BlobSurroundings {
  clock: Clock;
  course: Course;
  /** The next number of the order in which a store changes. */
  nextSequence(): number;
  /** Id of a new version. A version with the id of an earlier one of the same key replaces it. */
  versionId(context: { versioning: Versioning; nowMs: number; sequence: number }): string;
  /**
   * What deletion leaves where versions are kept: `markers`, and then the version before a deleted one becomes current
   * (S3); `versions`, and then the key has no current version (Cloud Storage, Azure).
   */
  history: 'markers' | 'versions';
}

export interface PutInput<Details> {
  key: string;
  content: BlobContent;
  details: Details;
  /** Without quotation marks; by default the content's MD5 in hexadecimal. */
  etag?: string;
  /** For listeners: `Put`, `Copy`. */
  operation: string;
  origin?: BlobOrigin;
}

/** Where a version stands among those of its key. */
export interface Standing {
  isCurrent: boolean;
  /** Since when it is not the current version. */
  noncurrentSinceMs?: number;
  /** How many noncurrent versions are newer. */
  newerNoncurrent: number;
  isOnlyVersion: boolean;
}

/** What a bucket removes by itself, asked once a day at midnight UTC. */
export interface Expiry<Details, PartDetails> {
  /** Whether a version is over. A current object is deleted as by a request, anything else is removed for good. */
  version?(version: BlobVersion<Details>, standing: Standing, nowMs: number): boolean;
  upload?(upload: BlobUpload<Details, PartDetails>, nowMs: number): boolean;
}

const dayMs = 86_400_000;

interface Noncurrent<Details> {
  version: BlobVersion<Details>;
  sinceMs: number;
}

/** Why something changes, and by whose request. */
interface Deed {
  cause: BlobCause;
  operation: string;
  origin?: BlobOrigin | undefined;
}

interface Entry<Details> {
  current?: BlobVersion<Details>;
  /** Oldest first. */
  noncurrent: Noncurrent<Details>[];
}

type Upload<Details, PartDetails> = BlobUpload<Details, PartDetails> & {
  readonly parts: Map<string, BlobPart<PartDetails>>;
};

/**
 * The bucket under S3, Azure Blob containers and Cloud Storage: objects by key, with versions, uploads in parts, and
 * an account of what happens to them. Every method takes effect at once, so that a condition that was checked right
 * before still holds.
 */
export class BlobBucket<Details, PartDetails = undefined> {
  readonly name: string;
  readonly createdAtMs: number;
  versioning: Versioning = 'off';
  readonly #surroundings: BlobSurroundings;
  readonly #entries = new Map<string, Entry<Details>>();
  readonly #keys = new BlobKeys();
  readonly #uploads = new Map<string, Upload<Details, PartDetails>>();
  readonly #listeners = new Set<(event: BlobEvent<Details>) => void>();
  readonly #stored: StoredBytes;
  #expiry: Expiry<Details, PartDetails> | undefined;
  #expiryTimer: Timer | undefined;

  constructor(name: string, surroundings: BlobSurroundings) {
    this.name = name;
    this.#surroundings = surroundings;
    this.createdAtMs = surroundings.clock.now();
    this.#stored = new StoredBytes(surroundings.clock);
  }

  /** Whether there is no version of any key and no upload. */
  get isEmpty(): boolean {
    return this.#entries.size === 0 && this.#uploads.size === 0;
  }

  /** What is stored: all versions and the parts of uploads, now and over time. */
  get stored(): Readonly<Pick<StoredBytes, 'bytes' | 'byteMs'>> {
    return this.#stored;
  }

  /** The current object; `undefined` when there is none or it is deleted. */
  current(key: string): BlobObject<Details> | undefined {
    const version = this.#entries.get(key)?.current;
    return version?.kind === 'object' ? version : undefined;
  }

  /** The current version, a delete marker included. */
  head(key: string): BlobVersion<Details> | undefined {
    return this.#entries.get(key)?.current;
  }

  version(key: string, id: string): BlobVersion<Details> | undefined {
    return this.versions(key).find((version) => version.id === id);
  }

  /** Newest first; the current version, if there is one, in front. */
  versions(key: string): BlobVersion<Details>[] {
    const entry = this.#entries.get(key);
    if (!entry) return [];
    const noncurrent = entry.noncurrent.map(({ version }) => version).reverse();
    return entry.current ? [entry.current, ...noncurrent] : noncurrent;
  }

  /** Stores an object as the current version of its key. */
  put({ key, content, details, etag, operation, origin }: PutInput<Details>): BlobObject<Details> {
    const nowMs = this.#surroundings.clock.now();
    const version: BlobObject<Details> = {
      kind: 'object',
      key,
      ...this.#newVersion(nowMs),
      content,
      etag: etag ?? createHash('md5').update(content.bytes()).digest('hex'),
      details,
      revision: 1,
      updatedAtMs: nowMs,
    };
    const done: Deed = { cause: 'request', operation, origin };
    this.#makeCurrent(version, { ...done, cause: 'overwrite' });
    this.#stored.add(content.sizeBytes);
    this.#tell({ kind: 'created', version }, done);
    return version;
  }

  /** Changes what is kept with a version; its content and its id stay. @throws Error when it is not there any more */
  update(
    version: BlobObject<Details>,
    details: Details,
    { etag = version.etag, operation, origin }: Pick<PutInput<Details>, 'etag' | 'operation' | 'origin'>,
  ): BlobObject<Details> {
    const updated: BlobObject<Details> = {
      ...version,
      details,
      etag,
      revision: version.revision + 1,
      updatedAtMs: this.#surroundings.clock.now(),
    };
    const entry = this.#entries.get(version.key);
    const noncurrent = entry?.noncurrent.find((candidate) => candidate.version === version);
    if (entry?.current === version) entry.current = updated;
    else if (noncurrent) noncurrent.version = updated;
    else throw new Error(`${this.name} has no such version of ${version.key} any more`);
    this.#tell({ kind: 'updated', version: updated }, { cause: 'request', operation, origin });
    return updated;
  }

  /** Deletes the current version as the bucket's versioning has it. Gives what is gone for good, or what stands for it. */
  delete(
    key: string,
    operation: string,
    origin?: BlobOrigin,
  ): { removed?: BlobVersion<Details>; marker?: DeleteMarker } {
    return this.#delete(key, { cause: 'request', operation, origin });
  }

  /** Removes one version for good. `undefined` when there is none. */
  deleteVersion(
    key: string,
    id: string,
    operation: string,
    origin?: BlobOrigin,
  ): BlobVersion<Details> | undefined {
    const version = this.version(key, id);
    if (version) this.#remove(version, { cause: 'request', operation, origin });
    return version;
  }

  list(listing: BlobListing): BlobPage<Details> {
    return listBlobs(this.#keys, listing, (key) =>
      listing.allVersions ? this.versions(key) : (this.current(key) ?? []),
    );
  }

  /** Begins an upload in parts. */
  startUpload(input: { id: string; key: string; details: Details }): BlobUpload<Details, PartDetails> {
    const upload = { ...input, startedAtMs: this.#surroundings.clock.now(), parts: new Map() };
    this.#uploads.set(input.id, upload);
    return upload;
  }

  upload(id: string): BlobUpload<Details, PartDetails> | undefined {
    return this.#uploads.get(id);
  }

  /** In the order in which they were begun. */
  uploads(): BlobUpload<Details, PartDetails>[] {
    return [...this.#uploads.values()];
  }

  /** Adds a part, or replaces the one with the same id. @throws Error when the upload is over */
  putPart(uploadId: string, part: Omit<BlobPart<PartDetails>, 'uploadedAtMs'>): BlobPart<PartDetails> {
    const upload = this.#uploads.get(uploadId);
    if (!upload) throw new Error(`${this.name} has no upload ${uploadId}`);
    const stored = { ...part, uploadedAtMs: this.#surroundings.clock.now() };
    this.#stored.add(part.content.sizeBytes - (upload.parts.get(part.id)?.content.sizeBytes ?? 0));
    upload.parts.set(part.id, stored);
    return stored;
  }

  /** Forgets an upload and its parts: it is aborted, or its object has been put. */
  endUpload(id: string): void {
    for (const { content } of this.#uploads.get(id)?.parts.values() ?? [])
      this.#stored.add(-content.sizeBytes);
    this.#uploads.delete(id);
  }

  /** Sets what goes by itself, from the next midnight UTC on. */
  setExpiry(expiry: Expiry<Details, PartDetails> | undefined): void {
    this.#expiry = expiry;
    this.#expiryTimer?.cancel();
    this.#expiryTimer = undefined;
    if (expiry) this.#scheduleExpiry();
  }

  /** Calls `listener` at once with everything that happens from now on, exactly once. Returns its undo. */
  onEvent(listener: (event: BlobEvent<Details>) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Notifies `listener` of everything that happens from now on as clouds do: at least once, and sometimes late. What
   * it does counts as activity of the stack; it must not reject. Returns its undo.
   */
  onNotification(listener: (event: BlobEvent<Details>) => void | Promise<void>): () => void {
    const { clock, course } = this.#surroundings;
    const notify = (event: BlobEvent<Details>) => void course.activity.run(async () => listener(event));
    return this.onEvent((event) => {
      const times = course.faults.strikes('duplicate', this.name) ? 2 : 1;
      for (let time = 0; time < times; time++) {
        if (!course.faults.strikes('delay', this.name)) {
          notify(event);
          continue;
        }
        const release = course.activity.hold();
        clock.after(course.faults.delayMs('delay', this.name), () => {
          release();
          notify(event);
        });
      }
    });
  }

  /** Ends all timers. */
  close(): void {
    this.setExpiry(undefined);
  }

  #newVersion(nowMs: number): { id: string; sequence: number; createdAtMs: number } {
    const sequence = this.#surroundings.nextSequence();
    const id = this.#surroundings.versionId({ versioning: this.versioning, nowMs, sequence });
    return { id, sequence, createdAtMs: nowMs };
  }

  #delete(key: string, deed: Deed): { removed?: BlobVersion<Details>; marker?: DeleteMarker } {
    const entry = this.#entries.get(key);
    const { history } = this.#surroundings;
    if (history === 'markers' && this.versioning !== 'off') {
      const marker: DeleteMarker = {
        kind: 'marker',
        key,
        ...this.#newVersion(this.#surroundings.clock.now()),
      };
      this.#makeCurrent(marker, deed);
      this.#tell({ kind: 'marked', version: marker }, deed);
      return { marker };
    }
    const current = entry?.current;
    if (!entry || !current) return {};
    if (this.versioning === 'on') {
      this.#archive(entry, deed);
      return {};
    }
    this.#remove(current, deed);
    return { removed: current };
  }

  /** Makes room for a version and puts it there. */
  #makeCurrent(version: BlobVersion<Details>, deed: Deed): void {
    let entry = this.#entries.get(version.key);
    if (!entry) {
      entry = { noncurrent: [] };
      this.#entries.set(version.key, entry);
      this.#keys.add(version.key);
    }
    const { current } = entry;
    const same = entry.noncurrent.find((noncurrent) => noncurrent.version.id === version.id);
    if (current && (current.id === version.id || this.versioning === 'off')) {
      delete entry.current;
      this.#forget(current, deed);
    } else if (current) this.#archive(entry, deed);
    if (same) {
      entry.noncurrent.splice(entry.noncurrent.indexOf(same), 1);
      this.#forget(same.version, deed);
    }
    entry.current = version;
  }

  #archive(entry: Entry<Details>, deed: Deed): void {
    const { current } = entry;
    if (!current) return;
    entry.noncurrent.push({ version: current, sinceMs: this.#surroundings.clock.now() });
    delete entry.current;
    if (current.kind === 'object') this.#tell({ kind: 'archived', version: current }, deed);
  }

  #remove(version: BlobVersion<Details>, deed: Deed): void {
    const entry = this.#entries.get(version.key);
    if (!entry) return;
    if (entry.current === version) {
      delete entry.current;
      const before = this.#surroundings.history === 'markers' ? entry.noncurrent.pop() : undefined;
      if (before) entry.current = before.version;
    } else entry.noncurrent = entry.noncurrent.filter((noncurrent) => noncurrent.version !== version);
    if (!entry.current && entry.noncurrent.length === 0) {
      this.#entries.delete(version.key);
      this.#keys.delete(version.key);
    }
    this.#forget(version, deed);
  }

  #forget(version: BlobVersion<Details>, deed: Deed): void {
    if (version.kind === 'object') this.#stored.add(-version.content.sizeBytes);
    this.#tell({ kind: 'removed', version }, deed);
  }

  #scheduleExpiry(): void {
    const { clock } = this.#surroundings;
    this.#expiryTimer = clock.after(dayMs - (clock.now() % dayMs), () => {
      this.#expire();
      this.#scheduleExpiry();
    });
  }

  #expire(): void {
    const nowMs = this.#surroundings.clock.now();
    const { version: isOver, upload: isUploadOver } = this.#expiry ?? {};
    if (isUploadOver)
      for (const upload of this.uploads()) if (isUploadOver(upload, nowMs)) this.endUpload(upload.id);
    if (!isOver) return;
    for (const [key, { current, noncurrent }] of [...this.#entries]) {
      const isOnlyVersion = noncurrent.length + (current ? 1 : 0) === 1;
      const old = noncurrent.filter(({ version, sinceMs }, index) => {
        const newerNoncurrent = noncurrent.length - 1 - index;
        return isOver(
          version,
          { isCurrent: false, noncurrentSinceMs: sinceMs, newerNoncurrent, isOnlyVersion },
          nowMs,
        );
      });
      const isCurrentOver =
        current && isOver(current, { isCurrent: true, newerNoncurrent: 0, isOnlyVersion }, nowMs);
      for (const { version } of old) this.#remove(version, { cause: 'expiry', operation: '' });
      if (!isCurrentOver) continue;
      if (current.kind === 'marker') this.#remove(current, { cause: 'expiry', operation: '' });
      else this.#delete(key, { cause: 'expiry', operation: '' });
    }
  }

  #tell(change: BlobChange<Details>, deed: Deed): void {
    const { clock, course, nextSequence } = this.#surroundings;
    const atMs = clock.now();
    if (course.timeline.isWatched)
      course.timeline.record({ atMs, kind: change.kind, place: this.name, subject: change.version.key });
    if (this.#listeners.size === 0) return;
    const event = { ...change, bucket: this.name, atMs, sequence: nextSequence(), ...deed };
    for (const listener of this.#listeners) listener(event);
  }
}
