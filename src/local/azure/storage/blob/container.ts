import type { BlobBucket } from '../../../engine/blob-bucket.ts';
import type { BlobContent } from '../../../engine/blob-content.ts';
import type { BlobObject } from '../../../engine/blob-version.ts';
import { Lease } from './lease.ts';

/** What is kept with a blob besides its bytes. */
export interface BlobDetails {
  contentType: string;
  contentEncoding?: string;
  contentLanguage?: string;
  contentDisposition?: string;
  cacheControl?: string;
  /** Base64. */
  contentMd5?: string;
  metadata: Record<string, string>;
  tags: Record<string, string>;
  /** In order; a blob that was put at once has none. */
  blocks: readonly Block[];
  copy?: { id: string; source: string; completedAtMs: number };
}

export interface Block {
  /** Base64, as the client gave it. */
  id: string;
  content: BlobContent;
}

export type Blob = BlobObject<BlobDetails>;

/** A container of blobs. Its bucket's uploads are the uncommitted blocks of the blob of their id. */
export class BlobContainer {
  readonly bucket: BlobBucket<BlobDetails>;
  /** Full resource id. */
  readonly id: string;
  readonly lease = new Lease('container');
  metadata: Record<string, string>;
  /** Without quotation marks. */
  etag: string;
  modifiedMs: number;
  readonly #leases = new Map<string, Lease>();

  constructor(
    bucket: BlobBucket<BlobDetails>,
    init: { id: string; metadata: Record<string, string>; etag: string },
  ) {
    this.bucket = bucket;
    this.id = init.id;
    this.metadata = init.metadata;
    this.etag = init.etag;
    this.modifiedMs = bucket.createdAtMs;
  }

  get name(): string {
    return this.bucket.name;
  }

  /** The lease of the blob of that name; it outlives overwrites, but not a deletion. */
  leaseOf(key: string): Lease {
    const lease = this.#leases.get(key) ?? new Lease('blob');
    this.#leases.set(key, lease);
    return lease;
  }

  forgetLease(key: string): void {
    this.#leases.delete(key);
  }
}
