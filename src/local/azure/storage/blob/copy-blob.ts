// Copies from a URL of an account of the stack. They are made at once, those that Azure makes in the background as well.
// https://learn.microsoft.com/rest/api/storageservices/copy-blob and its neighbours
import { invalidHeader } from '../errors.ts';
import type { StorageReply } from '../storage-request.ts';
import type { BlobContext } from './blob-context.ts';
import { propertiesOf, tagsOf, writtenHeaders } from './blob-headers.ts';
import { checkCreate, checkSource } from './conditions.ts';
import type { Blob, BlobDetails } from './container.ts';
import { stageBlock } from './put-blob.ts';

/** Copy Blob, and Copy Blob From URL, which differ in when they answer. */
export function copyBlob(context: BlobContext): StorageReply {
  const isSynchronous = context.call.header('x-ms-requires-sync')?.toLowerCase() === 'true';
  const { source, url } = prepare(context, isSynchronous ? 'url' : 'copy');
  const { call, container } = context;
  const copy = { id: call.runtime.random.uuid(), source: url, completedAtMs: call.nowMs };
  const ownMetadata = call.metadata();
  const metadata = Object.keys(ownMetadata).length > 0 ? ownMetadata : source.details.metadata;
  const blob = write(context, source, { ...source.details, metadata, tags: tagsOf(call), copy }, 'CopyBlob');
  return {
    status: 202,
    headers: {
      ...writtenHeaders(container, blob),
      'x-ms-copy-id': copy.id,
      'x-ms-copy-status': 'success',
    },
  };
}

/** Put Blob From URL. https://learn.microsoft.com/rest/api/storageservices/put-blob-from-url */
export function putBlobFromUrl(context: BlobContext): StorageReply {
  const { source } = prepare(context, 'url');
  const { call, container } = context;
  const keepsProperties = call.header('x-ms-copy-source-blob-properties')?.toLowerCase() !== 'false';
  const own = propertiesOf(call, { own: false });
  const details: BlobDetails = {
    ...(keepsProperties ? source.details : own),
    ...(call.header('x-ms-blob-content-type') !== undefined && { contentType: own.contentType }),
    metadata: call.metadata(),
    tags: tagsOf(call),
    blocks: [],
  };
  const blob = write(context, source, details, 'PutBlob');
  return { status: 201, headers: writtenHeaders(container, blob) };
}

/** Put Block From URL. https://learn.microsoft.com/rest/api/storageservices/put-block-from-url */
export function putBlockFromUrl(context: BlobContext): StorageReply {
  const { call } = context;
  context.authorizeWrite();
  context.checkLease();
  const source = context.account.source(call.header('x-ms-copy-source') ?? '', call, 'url');
  checkSource(call, source);
  const range = call.header('x-ms-source-range');
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
  if (range !== undefined && first === undefined) throw invalidHeader('x-ms-source-range', range);
  const { content } = source;
  stageBlock(context, first === undefined ? content : content.slice(Number(first), Number(last) + 1));
  return { status: 201, headers: { 'x-ms-request-server-encrypted': 'true' } };
}

function prepare(context: BlobContext, by: 'copy' | 'url'): { source: Blob; url: string } {
  const { call } = context;
  context.authorizeWrite();
  checkCreate(call, context.current);
  context.checkLease();
  const url = call.header('x-ms-copy-source') ?? '';
  const source = context.account.source(url, call, by);
  checkSource(call, source);
  return { source, url };
}

function write(context: BlobContext, { content }: Blob, details: BlobDetails, operation: string): Blob {
  const { container, key } = context;
  const etag = context.account.nextEtag();
  const blob = container.bucket.put({ key, content, details, etag, operation });
  container.bucket.endUpload(key);
  context.tell('created', operation, blob);
  return blob;
}
