import { gunzipSync } from 'node:zlib';
import type { WireResponse } from '../../engine/wire.ts';
import type { StorageCall } from './call.ts';
import { headerOf } from './call.ts';
import { entityTag, type StorageObject } from './object.ts';
import { StorageError } from './storage-error.ts';

/** The content of an object, or the range of it that the client asks for. @throws StorageError 416 */
export function downloadResponse({ request }: StorageCall, version: StorageObject): WireResponse {
  const { content, details } = version;
  const headers = contentHeaders(version);
  const acceptsGzip = headerOf(request, 'accept-encoding')?.includes('gzip') ?? false;
  // https://docs.cloud.google.com/storage/docs/transcoding#decompressive_transcoding
  if (details.contentEncoding === 'gzip' && !acceptsGzip && !details.cacheControl?.includes('no-transform')) {
    const { 'content-encoding': _, 'accept-ranges': __, ...transcoded } = headers;
    return {
      status: 200,
      headers: { ...transcoded, warning: '214 UploadServer gunzipped' },
      body: request.method === 'HEAD' ? '' : gunzipSync(content.bytes()),
    };
  }
  const range = rangeOf(headerOf(request, 'range'), content.sizeBytes);
  const part = range ? content.slice(range.first, range.last + 1) : content;
  return {
    status: range ? 206 : 200,
    headers: {
      ...headers,
      'content-length': String(part.sizeBytes),
      ...(range && { 'content-range': `bytes ${range.first}-${range.last}/${content.sizeBytes}` }),
    },
    body: request.method === 'HEAD' ? '' : part.body(),
  };
}

function contentHeaders({
  id,
  revision,
  details,
  content,
  updatedAtMs,
}: StorageObject): Record<string, string> {
  const { md5Hash, crc32c, contentEncoding, contentDisposition, contentLanguage } = details;
  return {
    'content-type': details.contentType ?? 'application/octet-stream',
    'cache-control': details.cacheControl ?? 'no-cache, no-store, max-age=0, must-revalidate',
    ...(contentEncoding !== undefined && { 'content-encoding': contentEncoding }),
    ...(contentDisposition !== undefined && { 'content-disposition': contentDisposition }),
    ...(contentLanguage !== undefined && { 'content-language': contentLanguage }),
    'accept-ranges': 'bytes',
    etag: entityTag(id, revision),
    'last-modified': new Date(updatedAtMs).toUTCString(),
    'x-goog-generation': id,
    'x-goog-metageneration': String(revision),
    'x-goog-hash': `crc32c=${crc32c}${md5Hash === undefined ? '' : `,md5=${md5Hash}`}`,
    'x-goog-storage-class': details.storageClass,
    'x-goog-stored-content-encoding': contentEncoding === 'gzip' ? 'gzip' : 'identity',
    'x-goog-stored-content-length': String(content.sizeBytes),
  };
}

/** The bytes that a Range header asks for; `undefined` for all, also where the header is none that counts. */
function rangeOf(header: string | undefined, sizeBytes: number): { first: number; last: number } | undefined {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (from === undefined || to === undefined || from + to === '') return undefined;
  const first = from === '' ? Math.max(0, sizeBytes - Number(to)) : Number(from);
  const last = from === '' || to === '' ? sizeBytes - 1 : Math.min(Number(to), sizeBytes - 1);
  if (from !== '' && to !== '' && Number(to) < first) return undefined;
  if (first > last)
    throw new StorageError(
      416,
      'requestedRangeNotSatisfiable',
      `Request range not satisfiable: bytes */${sizeBytes}`,
      { locationType: 'header', location: 'Range' },
    );
  return { first, last };
}
