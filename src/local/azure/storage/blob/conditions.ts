// https://learn.microsoft.com/rest/api/storageservices/specifying-conditional-headers-for-blob-service-operations
import { type BlobConditions, checkConditions } from '../../../engine/blob-conditions.ts';
import { conditionNotMet, conflict, notModified, unsupported } from '../errors.ts';
import type { StorageRequest } from '../storage-request.ts';
import type { Blob } from './container.ts';

function conditionsOf(call: StorageRequest, prefix = ''): BlobConditions {
  if (call.header('x-ms-if-tags') !== undefined) throw unsupported('The condition x-ms-if-tags');
  const ifMatch = tagsIn(call.header(`${prefix}if-match`));
  const ifNoneMatch = tagsIn(call.header(`${prefix}if-none-match`));
  const ifModifiedSinceMs = call.dateHeader(`${prefix}if-modified-since`);
  const ifUnmodifiedSinceMs = call.dateHeader(`${prefix}if-unmodified-since`);
  return {
    ...(ifMatch && { ifMatch }),
    ...(ifNoneMatch && { ifNoneMatch }),
    ...(ifModifiedSinceMs !== undefined && { ifModifiedSinceMs }),
    ...(ifUnmodifiedSinceMs !== undefined && { ifUnmodifiedSinceMs }),
  };
}

/** Entity tags without quotation marks. */
const tagsIn = (header: string | undefined): string[] | undefined =>
  header?.split(',').map((tag) => tag.trim().replace(/^(?:W\/)?"(.*)"$/, '$1'));

/** @throws StorageError, a 304 or 412 */
export function checkRead(call: StorageRequest, blob: Blob): void {
  const outcome = checkConditions(conditionsOf(call), blob);
  if (outcome === 'failed') throw conditionNotMet();
  if (outcome === 'not-modified')
    throw call.request.method === 'GET' || call.request.method === 'HEAD' ? notModified() : conditionNotMet();
}

/** @throws StorageError, a 412, or the 409 for a blob that was to be new */
export function checkWrite(call: StorageRequest, blob: Blob | undefined): void {
  const conditions = conditionsOf(call);
  const mustBeNew = conditions.ifNoneMatch?.includes('*');
  if (mustBeNew && blob) throw conflict('BlobAlreadyExists', 'The specified blob already exists.');
  if (checkConditions(conditions, blob) !== 'met') throw conditionNotMet();
}

/** Conditions on the source of a copy. @throws StorageError, a 412 */
export function checkSource(call: StorageRequest, blob: Blob): void {
  if (checkConditions(conditionsOf(call, 'x-ms-source-'), blob) !== 'met') throw conditionNotMet();
}
