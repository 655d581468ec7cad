import type { BlobContent } from './blob-content.ts';

interface AnyVersion {
  readonly key: string;
  /** Names the version among those of its key: S3's version id, a generation, a time. */
  readonly id: string;
  /** Order of all changes in the store. */
  readonly sequence: number;
  readonly createdAtMs: number;
}

/** An object as it is at one time. `Details` is what the vendor keeps with it: headers, metadata, tags. */
export interface BlobObject<Details> extends AnyVersion {
  readonly kind: 'object';
  readonly content: BlobContent;
  /** Without quotation marks. */
  readonly etag: string;
  readonly details: Details;
  /** 1, and one more with each change of the details: what Cloud Storage calls metageneration. */
  readonly revision: number;
  /** Of the details; `createdAtMs` until they change. */
  readonly updatedAtMs: number;
}

/** Stands for a deleted object whose earlier versions are still there. */
export interface DeleteMarker extends AnyVersion {
  readonly kind: 'marker';
}

export type BlobVersion<Details> = BlobObject<Details> | DeleteMarker;

/** A part of an object that is still being uploaded: a part of a multipart upload, an uncommitted block. */
export interface BlobPart<PartDetails> {
  readonly id: string;
  readonly content: BlobContent;
  readonly etag: string;
  readonly details: PartDetails;
  readonly uploadedAtMs: number;
}

/** An object that arrives in parts. */
export interface BlobUpload<Details, PartDetails> {
  readonly id: string;
  readonly key: string;
  readonly startedAtMs: number;
  /** For the object to be. */
  readonly details: Details;
  /** By id, in order of their first arrival. */
  readonly parts: ReadonlyMap<string, BlobPart<PartDetails>>;
}

/** Why a version changed or went. `overwrite`: by a newer version of the same key. */
export type BlobCause = 'request' | 'overwrite' | 'expiry';

/** What listeners may learn of the request that changed something: its id, its caller. */
export type BlobOrigin = Readonly<Record<string, string>>;

/** How an object changed. */
export type BlobChange<Details> =
  | { readonly kind: 'created' | 'updated'; readonly version: BlobObject<Details> }
  /** It is no longer the current version, but still there. */
  | { readonly kind: 'archived'; readonly version: BlobObject<Details> }
  /** A version is gone for good. */
  | { readonly kind: 'removed'; readonly version: BlobVersion<Details> }
  /** A delete marker has become the current version. */
  | { readonly kind: 'marked'; readonly version: DeleteMarker };

/** What happened to an object, and why. */
export type BlobEvent<Details> = BlobChange<Details> & {
  readonly bucket: string;
  readonly atMs: number;
  /** Order of all changes in the store. */
  readonly sequence: number;
  readonly cause: BlobCause;
  /** As the caller names what it did: `Put`, `Copy`. Empty for what the store does by itself. */
  readonly operation: string;
  /** As the caller gave it. */
  readonly origin?: BlobOrigin | undefined;
};
