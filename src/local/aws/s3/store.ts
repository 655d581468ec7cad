import type { BlobContent } from '../../engine/blob-content.ts';
import { BlobStore } from '../../engine/blob-store.ts';
import type { BlobOrigin } from '../../engine/blob-version.ts';
import type { GrantSource } from '../../engine/grants.ts';
import type { AwsRuntime } from '../service.ts';
import { isBucketName, type S3Bucket } from './bucket.ts';
import { noSuchBucket, s3Error } from './errors.ts';
import { expiryOf, type LifecycleRule } from './lifecycle.ts';
import { type NotificationConfiguration, noNotifications } from './notification-configuration.ts';
import { type NotificationSurroundings, Notifications } from './notifications.ts';
import type { ObjectDetails, PartDetails } from './object-details.ts';
import { nullVersion } from './version-id.ts';

const versionAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._';

export interface S3Surroundings extends NotificationSurroundings {
  runtime: AwsRuntime;
  /** Folder for large objects, removed at the end of the run. */
  spillDirectory: string;
  /** Lets a bucket policy, as JSON, decide on calls. @throws for a malformed policy */
  attachPolicy(bucketArn: string, document: string, source?: GrantSource): void;
}

/** The buckets of one account and region. */
export class S3Store {
  readonly runtime: AwsRuntime;
  readonly #blobs: BlobStore<ObjectDetails, PartDetails>;
  readonly #buckets = new Map<string, S3Bucket>();
  readonly #notifications: Notifications;
  readonly #attachPolicy: S3Surroundings['attachPolicy'];

  constructor(surroundings: S3Surroundings) {
    const { runtime, spillDirectory, attachPolicy } = surroundings;
    this.runtime = runtime;
    this.#attachPolicy = attachPolicy;
    this.#notifications = new Notifications(surroundings);
    const { clock, course, random } = runtime;
    this.#blobs = new BlobStore({
      clock,
      course,
      history: 'markers',
      versionId: ({ versioning }) => (versioning === 'on' ? random.text(32, versionAlphabet) : nullVersion),
      spillDirectory,
    });
  }

  get buckets(): S3Bucket[] {
    return [...this.#buckets.values()];
  }

  find(name: string): S3Bucket | undefined {
    return this.#buckets.get(name);
  }

  /** @throws AwsError NoSuchBucket */
  bucket(name: string): S3Bucket {
    const bucket = this.#buckets.get(name);
    if (bucket) return bucket;
    throw noSuchBucket(name);
  }

  arnOf(bucketName: string): string {
    return `arn:${this.runtime.partition}:s3:::${bucketName}`;
  }

  /** @throws AwsError InvalidBucketName, BucketAlreadyOwnedByYou */
  create(name: string): S3Bucket {
    if (!isBucketName(name))
      throw s3Error('InvalidBucketName', 'The specified bucket is not valid.', 400, { BucketName: name });
    if (this.#buckets.has(name)) {
      throw s3Error(
        'BucketAlreadyOwnedByYou',
        'Your previous request to create the named bucket succeeded and you already own it.',
        409,
        { BucketName: name },
      );
    }
    const bucket: S3Bucket = {
      name,
      arn: this.arnOf(name),
      region: this.runtime.region,
      blobs: this.#blobs.create(name),
      publicAccessBlock: {
        blockPublicAcls: true,
        ignorePublicAcls: true,
        blockPublicPolicy: true,
        restrictPublicBuckets: true,
      },
      ownership: 'BucketOwnerEnforced',
      encryption: { algorithm: 'AES256' },
      lifecycle: [],
      cors: [],
      notification: noNotifications,
      tags: {},
    };
    this.#buckets.set(name, bucket);
    this.#notifications.watch(bucket);
    return bucket;
  }

  /** @throws AwsError BucketNotEmpty */
  delete(bucket: S3Bucket): void {
    if (bucket.blobs.list({ allVersions: true, limit: 1 }).entries.length > 0) {
      const isVersioned = bucket.blobs.versioning !== 'off';
      throw s3Error(
        'BucketNotEmpty',
        `The bucket you tried to delete is not empty${isVersioned ? '. You must delete all versions in the bucket.' : ''}`,
        409,
        { BucketName: bucket.name },
      );
    }
    this.#buckets.delete(bucket.name);
    this.#blobs.delete(bucket.name);
  }

  setLifecycle(bucket: S3Bucket, rules: LifecycleRule[]): void {
    bucket.lifecycle = rules;
    bucket.blobs.setExpiry(expiryOf(rules));
  }

  /** @throws AwsError InvalidArgument when a destination does not exist or lets the bucket not in */
  setNotification(bucket: S3Bucket, configuration: NotificationConfiguration): void {
    this.#notifications.configure(bucket, configuration);
  }

  /** Puts a bucket's policy into force. `source` is where it stands. @throws for a malformed policy */
  attachPolicy(bucketArn: string, document: string, source?: GrantSource): void {
    this.#attachPolicy(bucketArn, document, source);
  }

  /** Keeps the bytes of an object or part. */
  keep(bytes: Buffer): BlobContent {
    return this.#blobs.keep(bytes);
  }

  /** Counts a request by its price class; deletions cost nothing. https://aws.amazon.com/s3/pricing/ */
  meter(kind: 'put' | 'get', bucket: string): void {
    this.runtime.meter.add('s3', `${kind}-requests`, bucket, 1);
  }

  close(): void {
    this.#notifications.close();
    this.#blobs.close();
  }
}

/** What events tell of the request behind a change. */
export function originOf(call: { requester: string; requestId: string; hostId: string }): BlobOrigin {
  return { requester: call.requester, requestId: call.requestId, hostId: call.hostId };
}
