/** Something that happened to a blob, as Event Grid tells it. https://learn.microsoft.com/azure/event-grid/event-schema-blob-storage */
export interface BlobChange {
  kind: 'created' | 'deleted';
  account: { id: string; name: string };
  container: string;
  blob: string;
  /** The operation: `PutBlob`, `PutBlockList`, `CopyBlob`, `DeleteBlob`. */
  api: string;
  requestId: string;
  clientRequestId?: string;
  /** Without quotation marks. */
  etag: string;
  contentType: string;
  sizeBytes: number;
  atMs: number;
  /** Order of changes in the account. */
  sequence: number;
}
