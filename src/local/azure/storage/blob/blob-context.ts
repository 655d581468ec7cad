import type { BlobStore } from '../../../engine/blob-store.ts';
import type { StoragePermission } from '../caller.ts';
import { notFound, type StorageError } from '../errors.ts';
import type { StorageRequest } from '../storage-request.ts';
import type { BlobChange } from './blob-event.ts';
import type { Blob, BlobContainer, BlobDetails } from './container.ts';
import { blobPermissions } from './permissions.ts';

/** What operations on blobs see of their account. */
export interface BlobAccount {
  store: BlobStore<BlobDetails>;
  container(name: string): BlobContainer | undefined;
  /** The resource id of a container, whether there is one or not. */
  scope(container: string): string;
  nextEtag(): string;
  /** Whether what is deleted is not gone at once: versions are kept, or deleted blobs are for a time. */
  keepsDeleted: boolean;
  /**
   * The blob at a URL, for a copy that this request asks for: one that Copy Blob makes itself, or one that is read
   * from the URL as by any client.
   *
   * @throws StorageError when there is none, or the caller may not read it
   */
  source(url: string, call: StorageRequest, by: 'copy' | 'url'): Blob;
  /** Tells whoever listens for changes. */
  tell(change: Omit<BlobChange, 'account' | 'atMs' | 'sequence'>): void;
}

/** One operation on one blob, whose name may not be in use. */
export class BlobContext {
  readonly call: StorageRequest;
  readonly account: BlobAccount;
  readonly containerName: string;
  readonly key: string;

  constructor(call: StorageRequest, account: BlobAccount, place: { container: string; blob: string }) {
    this.call = call;
    this.account = account;
    this.containerName = place.container;
    this.key = place.blob;
  }

  /** @throws StorageError, a 403 */
  authorize(permission: StoragePermission): void {
    this.call.authorize(permission, this.account.scope(this.containerName));
  }

  /** @throws StorageError, a 404 */
  get container(): BlobContainer {
    const container = this.account.container(this.containerName);
    if (!container) throw containerNotFound();
    return container;
  }

  /** The current blob. */
  get current(): Blob | undefined {
    return this.container.bucket.current(this.key);
  }

  /** The blob that the request means, or the version of it. @throws StorageError, a 404 */
  find(): Blob {
    const { query } = this.call;
    if (query.has('snapshot')) throw blobNotFound();
    const id = query.get('versionid');
    const found = id === null ? this.current : this.container.bucket.version(this.key, id);
    if (found?.kind !== 'object') throw blobNotFound();
    return found;
  }

  /** Authorizes a write, to whatever is there. @throws StorageError */
  authorizeWrite(): void {
    const exists = this.account.container(this.containerName)?.bucket.current(this.key) !== undefined;
    this.authorize(exists ? blobPermissions.write : blobPermissions.create);
  }

  /** @throws StorageError, a 412, unless the request may write to the blob as far as its lease goes */
  checkLease(): void {
    this.container.leaseOf(this.key).checkWrite(this.call.header('x-ms-lease-id'), this.call.nowMs);
  }

  /** Tells that the blob is there, or gone. */
  tell(kind: BlobChange['kind'], api: string, blob: Blob): void {
    const clientRequestId = this.call.header('x-ms-client-request-id');
    this.account.tell({
      kind,
      api,
      container: this.containerName,
      blob: this.key,
      requestId: this.call.id,
      ...(clientRequestId !== undefined && { clientRequestId }),
      etag: blob.etag,
      contentType: blob.details.contentType,
      sizeBytes: blob.content.sizeBytes,
    });
  }
}

export const blobNotFound = (): StorageError =>
  notFound('BlobNotFound', 'The specified blob does not exist.');

export const containerNotFound = (): StorageError =>
  notFound('ContainerNotFound', 'The specified container does not exist.');
