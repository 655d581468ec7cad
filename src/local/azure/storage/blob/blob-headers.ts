// What requests say of a blob besides its bytes, and what answers say of it.
import { unsupported } from '../errors.ts';
import { httpDate, metadataHeaders, type StorageRequest } from '../storage-request.ts';
import { checkedTags } from './blob-tags.ts';
import type { Blob, BlobContainer, BlobDetails } from './container.ts';

/** `x-ms-blob-content-type` and its neighbours. */
type Properties = Omit<BlobDetails, 'metadata' | 'tags' | 'blocks' | 'copy'>;

const unsupportedHeaders = [
  'x-ms-encryption-key',
  'x-ms-encryption-scope',
  'x-ms-immutability-policy-until-date',
  'x-ms-legal-hold',
  'x-ms-structured-body',
  'x-ms-seal-blob',
];

/** @param own also the request's own content headers count: those of Put Blob */
export function propertiesOf(call: StorageRequest, { own }: { own: boolean }): Properties {
  for (const name of unsupportedHeaders)
    if (call.header(name) !== undefined) throw unsupported(`The header ${name}`);
  const tier = call.header('x-ms-access-tier');
  if (tier !== undefined && tier !== 'Hot') throw unsupported(`The access tier ${tier}`);
  const read = (name: string) => call.header(`x-ms-blob-${name}`) ?? (own ? call.header(name) : undefined);
  const contentEncoding = read('content-encoding');
  const contentLanguage = read('content-language');
  const contentDisposition = call.header('x-ms-blob-content-disposition');
  const cacheControl = read('cache-control');
  const contentMd5 = call.header('x-ms-blob-content-md5');
  return {
    contentType: read('content-type') ?? 'application/octet-stream',
    ...(contentEncoding !== undefined && { contentEncoding }),
    ...(contentLanguage !== undefined && { contentLanguage }),
    ...(contentDisposition !== undefined && { contentDisposition }),
    ...(cacheControl !== undefined && { cacheControl }),
    ...(contentMd5 !== undefined && { contentMd5 }),
  };
}

/** `x-ms-tags`: as a query is written. @throws StorageError, a 400 */
export const tagsOf = (call: StorageRequest): Record<string, string> =>
  checkedTags([...new URLSearchParams(call.header('x-ms-tags') ?? '')]);

/** What each write answers. */
export const writtenHeaders = (container: BlobContainer, blob: Blob): Record<string, string> => ({
  etag: `"${blob.etag}"`,
  'last-modified': httpDate(blob.updatedAtMs),
  ...(container.bucket.versioning === 'on' && { 'x-ms-version-id': blob.id }),
});

/** Of a blob whose tier nobody has set, in the answer to Get Blob Properties only. */
export const tierHeaders = { 'x-ms-access-tier': 'Hot', 'x-ms-access-tier-inferred': 'true' };

/** Everything that reading a blob or its properties answers, but the length, the range and the tier. */
export function blobHeaders(container: BlobContainer, blob: Blob, nowMs: number): Record<string, string> {
  const { details } = blob;
  const isCurrent = container.bucket.current(blob.key)?.id === blob.id;
  const tagCount = Object.keys(details.tags).length;
  return {
    ...metadataHeaders(details.metadata),
    ...writtenHeaders(container, blob),
    ...(container.bucket.versioning === 'on' && isCurrent && { 'x-ms-is-current-version': 'true' }),
    'content-type': details.contentType,
    ...(details.contentEncoding !== undefined && { 'content-encoding': details.contentEncoding }),
    ...(details.contentLanguage !== undefined && { 'content-language': details.contentLanguage }),
    ...(details.contentDisposition !== undefined && { 'content-disposition': details.contentDisposition }),
    ...(details.cacheControl !== undefined && { 'cache-control': details.cacheControl }),
    'accept-ranges': 'bytes',
    'x-ms-blob-type': 'BlockBlob',
    'x-ms-creation-time': httpDate(blob.createdAtMs),
    'x-ms-server-encrypted': 'true',
    ...(isCurrent && container.leaseOf(blob.key).headers(nowMs)),
    ...(tagCount > 0 && { 'x-ms-tag-count': String(tagCount) }),
    ...(details.copy && {
      'x-ms-copy-id': details.copy.id,
      'x-ms-copy-source': details.copy.source,
      'x-ms-copy-status': 'success',
      'x-ms-copy-progress': `${blob.content.sizeBytes}/${blob.content.sizeBytes}`,
      'x-ms-copy-completion-time': httpDate(details.copy.completedAtMs),
    }),
  };
}
