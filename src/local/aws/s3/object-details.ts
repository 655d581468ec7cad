import type { BlobObject, BlobUpload, BlobVersion } from '../../engine/blob-version.ts';
import type { Checksum, ChecksumAlgorithm } from './checksums.ts';

/** What S3 keeps with an object. */
export interface ObjectDetails {
  /** `content-type` and its kin, as they were sent. */
  headers: Record<string, string>;
  /** User metadata, without `x-amz-meta-`. */
  metadata: Record<string, string>;
  tags: Record<string, string>;
  storageClass: string;
  encryption: Encryption;
  /** Absent when the uploader gave none. */
  checksum?: Checksum;
  /** Of an object that was uploaded in parts, in bytes. */
  partSizes?: readonly number[];
  /** Of an upload in parts that is not complete yet. */
  checksumRequest?: Pick<Checksum, 'algorithm' | 'type'>;
}

export interface Encryption {
  algorithm: 'AES256' | 'aws:kms' | 'aws:kms:dsse';
  /** ARN or id. */
  keyId?: string;
  bucketKey?: boolean;
}

export interface PartDetails {
  checksum?: { algorithm: ChecksumAlgorithm; value: string };
}

export type S3Object = BlobObject<ObjectDetails>;
export type S3Version = BlobVersion<ObjectDetails>;
export type S3Upload = BlobUpload<ObjectDetails, PartDetails>;
