import type { BlobObject } from './blob-version.ts';

/** What a caller asks of an object before it reads or writes it. */
export interface BlobConditions {
  /** Entity tags without quotation marks; `*` is met by any object. */
  ifMatch?: readonly string[];
  ifNoneMatch?: readonly string[];
  ifModifiedSinceMs?: number;
  ifUnmodifiedSinceMs?: number;
  /** Id of the current version; `undefined` inside asks that there be none (Cloud Storage's generation 0). */
  ifVersion?: { is?: string | undefined; isNot?: string | undefined };
  ifRevision?: { is?: number; isNot?: number };
}

export type ConditionOutcome =
  | 'met'
  /** 412 everywhere. */
  | 'failed'
  /** A read need not be answered with the content: 304. For a write it is the same as `failed`. */
  | 'not-modified';

/**
 * Whether `current` meets all conditions, in the order of RFC 9110, 13.2.2: a date does not count beside the entity tags
 * of the same direction. Dates are compared in whole seconds, as HTTP gives them.
 */
export function checkConditions(
  conditions: BlobConditions,
  current: BlobObject<unknown> | undefined,
): ConditionOutcome {
  const { ifMatch, ifNoneMatch, ifModifiedSinceMs, ifUnmodifiedSinceMs, ifVersion, ifRevision } = conditions;
  const names = (tags: readonly string[]) =>
    current !== undefined && tags.some((tag) => tag === '*' || tag === current.etag);
  const modifiedMs = current && Math.floor(current.updatedAtMs / 1000) * 1000;
  if (ifMatch) {
    if (!names(ifMatch)) return 'failed';
  } else if (
    ifUnmodifiedSinceMs !== undefined &&
    modifiedMs !== undefined &&
    modifiedMs > ifUnmodifiedSinceMs
  )
    return 'failed';
  if (ifVersion && 'is' in ifVersion && ifVersion.is !== current?.id) return 'failed';
  if (ifRevision?.is !== undefined && ifRevision.is !== current?.revision) return 'failed';
  if (ifVersion && 'isNot' in ifVersion && ifVersion.isNot === current?.id) return 'not-modified';
  if (ifRevision?.isNot !== undefined && ifRevision.isNot === current?.revision) return 'not-modified';
  if (ifNoneMatch) {
    if (names(ifNoneMatch)) return 'not-modified';
  } else if (ifModifiedSinceMs !== undefined && modifiedMs !== undefined && modifiedMs <= ifModifiedSinceMs)
    return 'not-modified';
  return 'met';
}
