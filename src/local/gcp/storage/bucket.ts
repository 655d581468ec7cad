/** Buckets and their configuration. https://docs.cloud.google.com/storage/docs/json_api/v1/buckets */
import { z } from 'zod';
import type { BlobBucket } from '../../engine/blob-bucket.ts';
import { expiryOf, LifecycleRule } from './lifecycle.ts';
import { type ObjectDetails, storageClasses } from './object.ts';
import { invalid, notSupported } from './storage-error.ts';

/** Members that only Google sets; what a client sends back of them is not looked at. */
const computed = [
  'acl',
  'defaultObjectAcl',
  'etag',
  'generation',
  'id',
  'kind',
  'locationType',
  'metageneration',
  'owner',
  'projectNumber',
  'satisfiesPZI',
  'satisfiesPZS',
  'selfLink',
  'timeCreated',
  'updated',
];

const Configuration = z.strictObject({
  location: z.string(),
  storageClass: z.enum(storageClasses),
  labels: z.record(z.string(), z.string()).optional(),
  versioning: z.strictObject({ enabled: z.boolean() }).optional(),
  lifecycle: z.strictObject({ rule: z.array(LifecycleRule).default([]) }).optional(),
  cors: z
    .array(
      z.strictObject({
        origin: z.array(z.string()).optional(),
        method: z.array(z.string()).optional(),
        responseHeader: z.array(z.string()).optional(),
        maxAgeSeconds: z.number().optional(),
      }),
    )
    .optional(),
  rpo: z.string().optional(),
  iamConfiguration: z
    .object({
      publicAccessPrevention: z.enum(['inherited', 'enforced', 'unspecified']).default('inherited'),
      uniformBucketLevelAccess: z.object({ enabled: z.boolean() }).default({ enabled: false }),
    })
    .prefault({}),
  softDeletePolicy: z
    .object({ retentionDurationSeconds: z.coerce.string() })
    .default({ retentionDurationSeconds: '604800' }),
  // Both are kept and given back; what they cause (bytes encrypted at rest, hourly usage logs) no run can see.
  encryption: z.object({ defaultKmsKeyName: z.string().optional() }).optional(),
  logging: z.object({ logBucket: z.string(), logObjectPrefix: z.string().optional() }).optional(),
});
export type BucketConfiguration = z.output<typeof Configuration>;

/** Values of members that mean the same as their absence. */
const inEffectAbsent = (value: unknown) =>
  value === false || value === null || (typeof value === 'object' && 'enabled' in value && !value.enabled);

/** @throws StorageError 400, 501 for what the local cloud does not do */
export function parseConfiguration(body: Record<string, unknown>): BucketConfiguration {
  const given = Object.fromEntries(
    Object.entries(body).filter(
      ([name, value]) => !computed.includes(name) && name !== 'name' && !inEffectAbsent(value),
    ),
  );
  const result = Configuration.safeParse({ location: 'US', storageClass: 'STANDARD', ...given });
  if (result.success) return { ...result.data, location: result.data.location.toUpperCase() };
  const issue = result.error.issues[0];
  const place = issue?.path.join('.');
  if (issue?.code === 'unrecognized_keys')
    throw notSupported(`The bucket setting ${[...(place ? [place] : []), ...issue.keys].join('.')}`);
  throw invalid(`Invalid value for field ${place}: ${issue?.message}`);
}

/** https://docs.cloud.google.com/storage/docs/buckets#naming @throws StorageError 400 */
export function checkBucketName(name: string): void {
  const parts = name.split('.');
  const isValid =
    /^[a-z0-9][a-z0-9._-]*[a-z0-9]$/.test(name) &&
    name.length >= 3 &&
    name.length <= 222 &&
    parts.every((part) => part.length > 0 && part.length <= 63) &&
    !/^\d+\.\d+\.\d+\.\d+$/.test(name) &&
    !name.startsWith('goog') &&
    !/google|g00gle/.test(name);
  if (!isValid) throw invalid(`Invalid bucket name: '${name}'`);
}

/** The multi-regions; everything else is a region or one of the predefined pairs. */
const multiRegions = ['US', 'EU', 'ASIA'];
const dualRegion = /^(ASIA1|EUR[4578]|NAM4)$/;

/** A bucket: its objects and its configuration. */
export class StorageBucket {
  readonly blobs: BlobBucket<ObjectDetails>;
  metageneration = 1;
  updatedAtMs: number;
  #configuration: BucketConfiguration;

  constructor(blobs: BlobBucket<ObjectDetails>, configuration: BucketConfiguration) {
    this.blobs = blobs;
    this.updatedAtMs = blobs.createdAtMs;
    this.#configuration = configuration;
    this.#apply();
  }

  get name(): string {
    return this.blobs.name;
  }

  get configuration(): BucketConfiguration {
    return this.#configuration;
  }

  reconfigure(configuration: BucketConfiguration, nowMs: number): void {
    this.#configuration = configuration;
    this.metageneration++;
    this.updatedAtMs = nowMs;
    this.#apply();
  }

  /** The bucket resource of the JSON API. */
  resource(projectNumber: string): Record<string, unknown> {
    const { location, ...configuration } = this.#configuration;
    const instant = (ms: number) => new Date(ms).toISOString();
    const { iamConfiguration } = configuration;
    return {
      kind: 'storage#bucket',
      id: this.name,
      selfLink: `https://www.googleapis.com/storage/v1/b/${this.name}`,
      name: this.name,
      projectNumber,
      generation: String(this.blobs.createdAtMs * 1000),
      metageneration: String(this.metageneration),
      location,
      locationType: multiRegions.includes(location)
        ? 'multi-region'
        : dualRegion.test(location)
          ? 'dual-region'
          : 'region',
      etag: Buffer.from([0x08, this.metageneration & 0x7f]).toString('base64'),
      timeCreated: instant(this.blobs.createdAtMs),
      updated: instant(this.updatedAtMs),
      ...configuration,
      iamConfiguration: {
        bucketPolicyOnly: iamConfiguration.uniformBucketLevelAccess,
        ...iamConfiguration,
      },
      softDeletePolicy: {
        ...configuration.softDeletePolicy,
        effectiveTime: instant(this.blobs.createdAtMs),
      },
    };
  }

  #apply(): void {
    // A bucket whose versioning is off again keeps the noncurrent versions it has, and makes no new ones.
    this.blobs.versioning = this.#configuration.versioning?.enabled ? 'on' : 'off';
    this.blobs.setExpiry(
      expiryOf(this.#configuration.lifecycle?.rule ?? [], (name) => this.blobs.current(name) !== undefined),
    );
  }
}
