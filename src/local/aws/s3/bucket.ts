import type { BlobBucket } from '../../engine/blob-bucket.ts';
import type { CorsRule } from './cors.ts';
import type { LifecycleRule } from './lifecycle.ts';
import type { NotificationConfiguration } from './notification-configuration.ts';
import type { Encryption, ObjectDetails, PartDetails } from './object-details.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html */
export interface PublicAccessBlock {
  blockPublicAcls: boolean;
  ignorePublicAcls: boolean;
  blockPublicPolicy: boolean;
  restrictPublicBuckets: boolean;
}

/** One bucket: its objects and its configuration. */
export interface S3Bucket {
  readonly name: string;
  readonly arn: string;
  readonly region: string;
  readonly blobs: BlobBucket<ObjectDetails, PartDetails>;
  /** JSON. */
  policy?: string;
  /** A new bucket blocks everything. https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html */
  publicAccessBlock?: PublicAccessBlock;
  ownership: 'BucketOwnerEnforced' | 'BucketOwnerPreferred' | 'ObjectWriter';
  encryption: Encryption;
  lifecycle: LifecycleRule[];
  cors: CorsRule[];
  notification: NotificationConfiguration;
  tags: Record<string, string>;
}

const ipAddress = /^\d+\.\d+\.\d+\.\d+$/;

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
export const isBucketName = (name: string): boolean =>
  /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) &&
  !name.includes('..') &&
  !ipAddress.test(name) &&
  !/^(xn--|sthree-|amzn-s3-demo-)/.test(name) &&
  !/(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/.test(name);
