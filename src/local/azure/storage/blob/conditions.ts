// https://learn.microsoft.com/rest/api/storageservices/specifying-conditional-headers-for-blob-service-operations
import { type BlobConditions, checkConditions } from '../../../engine/blob-conditions.ts';
import { badRequest, conditionNotMet, conflict, notModified, unsupported } from '../errors.ts';
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

/** Nothing can be read only if it is not there. @throws StorageError, a 400 */
export function checkSatisfiable(call: StorageRequest): void {
  if (conditionsOf(call).ifNoneMatch?.includes('*'))
    throw badRequest(
      'UnsatisfiableCondition',
      'The request includes an unsatisfiable condition for this operation.',
    );
}

/**
 * If-Match && If-Unmodified-Since && (If-None-Match || If-Modified-Since): not as RFC 9110 has it.
 *
 * @throws StorageError, a 304 or 412
 */
export function checkRead(call: StorageRequest, blob: Blob): void {
  const { ifMatch, ifNoneMatch, ifModifiedSinceMs, ifUnmodifiedSinceMs } = conditionsOf(call);
  const outcomeOf = (conditions: BlobConditions) => checkConditions(conditions, blob);
  if (ifMatch && outcomeOf({ ifMatch }) !== 'met') throw conditionNotMet();
  if (ifUnmodifiedSinceMs !== undefined && outcomeOf({ ifUnmodifiedSinceMs }) !== 'met')
    throw conditionNotMet();
  const either = [
    ...(ifNoneMatch ? [outcomeOf({ ifNoneMatch })] : []),
    ...(ifModifiedSinceMs === undefined ? [] : [outcomeOf({ ifModifiedSinceMs })]),
  ];
  if (either.length > 0 && !either.includes('met')) throw notModified();
}

/** @throws StorageError, a 400 or 412 */
export function checkWrite(call: StorageRequest, blob: Blob | undefined): void {
  const conditions = conditionsOf(call);
  checkSingle(conditions);
  if (checkConditions(conditions, blob) !== 'met') throw conditionNotMet();
}

/** As `checkWrite`, for what may make a blob. @throws StorageError, also the 409 for a blob that was to be new */
export function checkCreate(call: StorageRequest, blob: Blob | undefined): void {
  if (blob && conditionsOf(call).ifNoneMatch?.includes('*'))
    throw conflict('BlobAlreadyExists', 'The specified blob already exists.');
  checkWrite(call, blob);
}

/** A write takes one condition, or a date beside the tag of the same direction, which then decides alone. */
function checkSingle(conditions: BlobConditions): void {
  const { ifMatch = [], ifNoneMatch = [], ifModifiedSinceMs, ifUnmodifiedSinceMs } = conditions;
  const isMatch = ifMatch.length > 0 || ifUnmodifiedSinceMs !== undefined;
  const isNoneMatch = ifNoneMatch.length > 0 || ifModifiedSinceMs !== undefined;
  if ((isMatch && isNoneMatch) || ifMatch.length > 1 || ifNoneMatch.length > 1)
    throw badRequest('MultipleConditionHeadersNotSupported', 'Multiple condition headers are not supported.');
}

/** Conditions on the source of a copy. @throws StorageError, a 412 */
export function checkSource(call: StorageRequest, blob: Blob): void {
  if (checkConditions(conditionsOf(call, 'x-ms-source-'), blob) !== 'met') throw conditionNotMet();
}
