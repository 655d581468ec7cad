/** Cloud Storage: buckets and objects as everything that works with them sees them, whatever API it comes from. */
import type { BlobConditions } from '../../engine/blob-conditions.ts';
import type { BlobContent } from '../../engine/blob-content.ts';
import { BlobStore } from '../../engine/blob-store.ts';
import type { ObjectEvent } from '../eventarc/event-router.ts';
import type { AccessRuntime } from './access.ts';
import { type BucketConfiguration, checkBucketName, StorageBucket } from './bucket.ts';
import { demandConditions } from './conditions.ts';
import type { Digests } from './digest.ts';
import {
  type AttributesBody,
  checkMetadataSize,
  checkObjectName,
  type ObjectAttributes,
  type ObjectDetails,
  patched,
  type StorageObject,
} from './object.ts';
import { objectEvents } from './object-event.ts';
import { ResumableUploads } from './resumable-upload.ts';
import { noSuchBucket, noSuchObject, StorageError } from './storage-error.ts';

export interface CloudStorageOptions {
  runtime: AccessRuntime;
  /** Folder for large objects, removed by whoever owns it. */
  spillDirectory: string;
  /** Told of what happens to objects, at least once and in time, as Google's notifications are. */
  onObjectEvent?(event: ObjectEvent): void;
}

export interface NewObject {
  name: string;
  content: BlobContent;
  /** A composed object has no MD5. */
  digests: Pick<Digests, 'crc32c'> & Partial<Digests>;
  attributes: AttributesBody;
  /** What a copy takes over from its source. */
  inherited?: ObjectAttributes;
  conditions?: BlobConditions;
  /** Whether the caller may also replace an object that is there; throws where it may not. */
  mayReplace?(): void;
  componentCount?: number;
  operation: string;
}

/** Class A: writes and lists; class B: reads. Deleting is free. https://cloud.google.com/storage/pricing#operations-by-class */
export type OperationClass = 'class-a-operations' | 'class-b-operations';

export class CloudStorage {
  readonly runtime: AccessRuntime;
  readonly uploads: ResumableUploads;
  readonly #store: BlobStore<ObjectDetails>;
  readonly #buckets = new Map<string, StorageBucket>();
  readonly #onObjectEvent: (event: ObjectEvent) => void;

  constructor({ runtime, spillDirectory, onObjectEvent = () => undefined }: CloudStorageOptions) {
    const { clock, course, random } = runtime;
    this.runtime = {
      ...runtime,
      isPublic: (request) => !this.#preventsPublicAccess(request.resource) && runtime.isPublic(request),
    };
    this.#onObjectEvent = onObjectEvent;
    let lastGeneration = 0;
    this.#store = new BlobStore({
      clock,
      course,
      spillDirectory,
      history: 'versions',
      // Generations are times in microseconds, and each is higher than the last.
      versionId({ nowMs }) {
        lastGeneration = Math.max(lastGeneration + 1, nowMs * 1000);
        return String(lastGeneration);
      },
    });
    this.uploads = new ResumableUploads(clock, random, (chunk) => this.keep(chunk));
  }

  /** In the order of their names. */
  get buckets(): StorageBucket[] {
    return [...this.#buckets.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** @throws StorageError when the name is taken or not valid */
  createBucket(name: string, configuration: BucketConfiguration): StorageBucket {
    checkBucketName(name);
    if (this.#buckets.has(name))
      throw new StorageError(
        409,
        'conflict',
        'Your previous request to create the named bucket succeeded and you already own it.',
      );
    const bucket = new StorageBucket(this.#store.create(name), configuration);
    objectEvents(bucket.blobs, this.#onObjectEvent);
    this.#buckets.set(name, bucket);
    return bucket;
  }

  /** @throws StorageError when there is none, or it is not empty */
  deleteBucket(name: string): void {
    if (!this.bucket(name).blobs.isEmpty)
      throw new StorageError(409, 'conflict', 'The bucket you tried to delete is not empty.');
    this.#store.delete(name);
    this.#buckets.delete(name);
  }

  /** @throws StorageError when there is none */
  bucket(name: string): StorageBucket {
    const bucket = this.#buckets.get(name);
    if (!bucket) throw noSuchBucket();
    return bucket;
  }

  hasBucket(name: string): boolean {
    return this.#buckets.has(name);
  }

  /** Keeps bytes, which must not change any more. */
  keep(bytes: Buffer): BlobContent {
    return this.#store.keep(bytes);
  }

  /** One generation of an object, or the current one. @throws StorageError when there is none */
  object(bucket: StorageBucket, name: string, generation?: string): StorageObject {
    const version = this.findObject(bucket, name, generation);
    if (!version) throw noSuchObject(bucket.name, name);
    return version;
  }

  findObject(bucket: StorageBucket, name: string, generation?: string): StorageObject | undefined {
    if (generation === undefined) return bucket.blobs.current(name);
    const version = bucket.blobs.version(name, generation);
    return version?.kind === 'object' ? version : undefined;
  }

  /** @throws StorageError for a name or metadata that are not valid, 412, and 403 for an object on hold */
  putObject(bucket: StorageBucket, input: NewObject): StorageObject {
    const { name, content, digests, attributes, inherited = {}, operation, componentCount } = input;
    checkObjectName(name);
    const current = bucket.blobs.current(name);
    demandConditions(input.conditions ?? {}, current);
    if (current) {
      input.mayReplace?.();
      demandNoHold(bucket, current);
    }
    const details: ObjectDetails = {
      ...patched(inherited, attributes),
      storageClass: attributes.storageClass ?? bucket.configuration.storageClass,
      storageClassUpdatedAtMs: this.runtime.clock.now(),
      ...digests,
      ...(componentCount !== undefined && { componentCount }),
    };
    checkMetadataSize(details);
    return bucket.blobs.put({ key: name, content, details, etag: digests.crc32c, operation });
  }

  /** @throws StorageError when there is no such object, 412, and 403 for an object on hold */
  deleteObject(
    bucket: StorageBucket,
    name: string,
    { generation, conditions = {} }: { generation?: string; conditions?: BlobConditions } = {},
  ): void {
    const version = this.object(bucket, name, generation);
    demandConditions(conditions, version);
    demandNoHold(bucket, version);
    if (generation === undefined) bucket.blobs.delete(name, 'delete');
    else bucket.blobs.deleteVersion(name, generation, 'delete');
  }

  /** Counts one operation of the bucket, or of the project. */
  bill(operation: OperationClass, bucket?: string): void {
    const resource =
      bucket === undefined ? `projects/${this.runtime.projectId}` : `projects/_/buckets/${bucket}`;
    this.runtime.meter.add('storage', operation, resource, 1);
  }

  /** Counts bytes that leave Google's network. */
  billInternet(bucket: string, bytes: number): void {
    if (bytes > 0)
      this.runtime.meter.add('storage', 'internet-out-bytes', `projects/_/buckets/${bucket}`, bytes);
  }

  /** https://docs.cloud.google.com/storage/docs/public-access-prevention */
  #preventsPublicAccess(resource: string): boolean {
    const bucket = this.#buckets.get(resource.split('/')[3] ?? '');
    return bucket?.configuration.iamConfiguration.publicAccessPrevention === 'enforced';
  }

  /** Ends all timers. */
  close(): void {
    this.#store.close();
  }
}

/** https://docs.cloud.google.com/storage/docs/object-holds */
function demandNoHold(bucket: StorageBucket, { key, details }: StorageObject): void {
  const hold = details.eventBasedHold ? 'Event-Based' : details.temporaryHold ? 'Temporary' : undefined;
  if (hold === undefined) return;
  throw new StorageError(
    403,
    'forbidden',
    `Object '${bucket.name}/${key}' is under active ${hold} hold and cannot be deleted, overwritten or archived until hold is removed.`,
  );
}
