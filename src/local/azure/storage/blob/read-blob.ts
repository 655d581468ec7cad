// Get Blob, Get Blob Properties, Get Blob Metadata. https://learn.microsoft.com/rest/api/storageservices/get-blob
import { createHash } from 'node:crypto';
import { invalidHeader, StorageError } from '../errors.ts';
import { metadataHeaders, type StorageReply, type StorageRequest } from '../storage-request.ts';
import type { BlobContext } from './blob-context.ts';
import { blobHeaders, tierHeaders, writtenHeaders } from './blob-headers.ts';
import { checkRead, checkSatisfiable } from './conditions.ts';
import type { Blob } from './container.ts';
import { blobPermissions } from './permissions.ts';

const length = (bytes: number) => ({ 'content-length': String(bytes) });

const largestHashedRangeBytes = 4 * 1024 * 1024;

export function readBlob(context: BlobContext): StorageReply {
  const { call, container } = context;
  const blob = readable(context);
  const { content, details } = blob;
  const headers = { ...blobHeaders(container, blob, call.nowMs), ...overrides(call) };
  const md5 = details.contentMd5 === undefined ? {} : { 'content-md5': details.contentMd5 };
  if (call.request.method === 'HEAD')
    return { status: 200, headers: { ...headers, ...tierHeaders, ...md5, ...length(content.sizeBytes) } };
  const range = rangeOf(call, content.sizeBytes);
  const hashed = call.header('x-ms-range-get-content-md5')?.toLowerCase() === 'true';
  if (hashed && !range) throw invalidHeader('x-ms-range-get-content-md5', 'true');
  if (!range)
    return {
      status: 200,
      headers: { ...headers, ...md5, ...length(content.sizeBytes) },
      body: content.body(),
    };
  const part = content.slice(range.start, range.end);
  if (hashed && part.sizeBytes > largestHashedRangeBytes)
    throw new StorageError(400, 'OutOfRangeInput', 'One of the request inputs is out of range.');
  return {
    status: 206,
    headers: {
      ...headers,
      ...(details.contentMd5 !== undefined && { 'x-ms-blob-content-md5': details.contentMd5 }),
      ...(hashed && { 'content-md5': createHash('md5').update(part.bytes()).digest('base64') }),
      ...length(part.sizeBytes),
      'content-range': `bytes ${range.start}-${range.end - 1}/${content.sizeBytes}`,
    },
    body: part.body(),
  };
}

/** https://learn.microsoft.com/rest/api/storageservices/get-blob-metadata */
export function readMetadata(context: BlobContext): StorageReply {
  const blob = readable(context);
  const { metadata } = blob.details;
  return {
    status: 200,
    headers: { ...metadataHeaders(metadata), ...writtenHeaders(context.container, blob) },
  };
}

/** The blob that is asked for. @throws StorageError unless the caller may read it, and its conditions are met */
function readable(context: BlobContext): Blob {
  const { call, container, key } = context;
  context.authorize(blobPermissions.read);
  checkSatisfiable(call);
  const blob = context.find();
  checkRead(call, blob);
  container.leaseOf(key).checkNamed(call.header('x-ms-lease-id'), call.nowMs);
  return blob;
}

/** A shared access signature may say what the answer says of itself. */
const overrides = ({ caller }: StorageRequest): Record<string, string> =>
  caller.kind === 'sas' ? caller.access.responseHeaders : {};

/** The end is without. A range that ends before its start, or of a form that is not supported, is no range. @throws StorageError, a 416 */
function rangeOf(call: StorageRequest, sizeBytes: number): { start: number; end: number } | undefined {
  const header = call.header('x-ms-range') ?? call.header('range');
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(header ?? '') ?? [];
  if (first === undefined) return undefined;
  const start = Number(first);
  if (last && Number(last) < start) return undefined;
  const end = last ? Math.min(Number(last) + 1, sizeBytes) : sizeBytes;
  if (start >= sizeBytes)
    throw new StorageError(
      416,
      'InvalidRange',
      'The range specified is invalid for the current size of the resource.',
      { headers: { 'content-range': `bytes */${sizeBytes}` } },
    );
  return { start, end };
}
