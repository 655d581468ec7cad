// Preconditions of requests. https://docs.cloud.google.com/storage/docs/request-preconditions
import { type BlobConditions, checkConditions } from '../../engine/blob-conditions.ts';
import type { StorageObject } from './object.ts';
import { invalid, preconditionFailed, StorageError } from './storage-error.ts';

/** In a JSON request, a parameter; of a rewrite's source, `ifSourceGenerationMatch` and so on. */
type ConditionPrefix = 'if' | 'ifSource';

/** The preconditions in the query of a request; a generation of 0 asks that there be no current object. */
export function conditionsOf(query: URLSearchParams, prefix: ConditionPrefix = 'if'): BlobConditions {
  const number = (name: string) => numberIn(query, `${prefix}${name}`);
  const generation = number('GenerationMatch');
  const notGeneration = number('GenerationNotMatch');
  const metageneration = number('MetagenerationMatch');
  const notMetageneration = number('MetagenerationNotMatch');
  const versionOf = (text: string) => (text === '0' ? undefined : text);
  return {
    ...((generation !== undefined || notGeneration !== undefined) && {
      ifVersion: {
        ...(generation !== undefined && { is: versionOf(generation) }),
        ...(notGeneration !== undefined && { isNot: versionOf(notGeneration) }),
      },
    }),
    ...((metageneration !== undefined || notMetageneration !== undefined) && {
      ifRevision: {
        ...(metageneration !== undefined && { is: Number(metageneration) }),
        ...(notMetageneration !== undefined && { isNot: Number(notMetageneration) }),
      },
    }),
  };
}

/** A whole number, as it was written. @throws StorageError 400 */
export function numberIn(query: URLSearchParams, name: string): string | undefined {
  const value = query.get(name);
  if (value === null) return undefined;
  if (/^\d+$/.test(value)) return value.replace(/^0+(?=\d)/, '');
  throw invalid(`Invalid long value: '${value}'.`);
}

/** @param isRead a read whose negative condition fails is answered with 304 @throws StorageError 412, 304 */
export function demandConditions(
  conditions: BlobConditions,
  current: StorageObject | undefined,
  isRead = false,
): void {
  const outcome = checkConditions(conditions, current);
  if (outcome === 'met') return;
  if (outcome === 'not-modified' && isRead) throw new StorageError(304, 'notModified', 'Not Modified');
  throw preconditionFailed(outcome === 'failed' ? 'If-Match' : 'If-None-Match');
}
