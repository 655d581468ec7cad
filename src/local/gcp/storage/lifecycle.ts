// What a bucket does with objects by itself. https://docs.cloud.google.com/storage/docs/lifecycle
import { z } from 'zod';
import type { Expiry, Standing } from '../../engine/blob-bucket.ts';
import { type ObjectDetails, type StorageObject, storageClasses } from './object.ts';

const days = z.number().int().nonnegative().optional();
const date = z.iso.date().optional();

export const LifecycleRule = z.strictObject({
  action: z.strictObject({
    type: z.enum(['Delete', 'SetStorageClass', 'AbortIncompleteMultipartUpload']),
    storageClass: z.enum(storageClasses).optional(),
  }),
  condition: z.strictObject({
    age: days,
    createdBefore: date,
    customTimeBefore: date,
    daysSinceCustomTime: days,
    daysSinceNoncurrentTime: days,
    isLive: z.boolean().optional(),
    matchesPrefix: z.array(z.string()).optional(),
    matchesStorageClass: z.array(z.string()).optional(),
    matchesSuffix: z.array(z.string()).optional(),
    noncurrentTimeBefore: date,
    numNewerVersions: days,
  }),
});
export type LifecycleRule = z.output<typeof LifecycleRule>;

const dayMs = 86_400_000;

/**
 * Rules as what the bucket does once a day; `undefined` without rules.
 *
 * @param isLive whether a name has a current object
 */
export function expiryOf(
  rules: readonly LifecycleRule[],
  isLive: (name: string) => boolean,
): Expiry<ObjectDetails, undefined> | undefined {
  if (rules.length === 0) return undefined;
  const deleting = rules.filter(({ action }) => action.type === 'Delete');
  const changing = rules.filter(({ action }) => action.type === 'SetStorageClass');
  const aborting = rules.filter(({ action }) => action.type === 'AbortIncompleteMultipartUpload');
  return {
    version(version, standing, nowMs) {
      if (version.kind === 'marker') return false;
      const newerVersions = standing.isCurrent ? 0 : standing.newerNoncurrent + (isLive(version.key) ? 1 : 0);
      const holds = (rule: LifecycleRule) => meets(rule, version, { ...standing, newerVersions }, nowMs);
      const { details } = version;
      const isHeld = details.temporaryHold === true || details.eventBasedHold === true;
      // "If multiple actions apply, Delete takes precedence."
      if (deleting.some(holds)) return !isHeld;
      const storageClass = changing.find(holds)?.action.storageClass;
      if (storageClass !== undefined && storageClass !== details.storageClass) {
        details.storageClass = storageClass;
        details.storageClassUpdatedAtMs = nowMs;
      }
      return false;
    },
    upload: ({ key, startedAtMs }, nowMs) =>
      aborting.some(
        ({ condition: { age, matchesPrefix, matchesSuffix } }) =>
          nowMs - startedAtMs >= (age ?? 0) * dayMs && matchesName(key, matchesPrefix, matchesSuffix),
      ),
  };
}

/** Whether all conditions of a rule hold. */
function meets(
  { condition }: LifecycleRule,
  { key, createdAtMs, details }: StorageObject,
  { isCurrent, noncurrentSinceMs, newerVersions }: Standing & { newerVersions: number },
  nowMs: number,
): boolean {
  const customMs = details.customTime === undefined ? undefined : Date.parse(details.customTime);
  const isOlder = (ms: number | undefined, limitDays: number | undefined) =>
    limitDays === undefined || (ms !== undefined && nowMs - ms >= limitDays * dayMs);
  const isBefore = (ms: number | undefined, limit: string | undefined) =>
    limit === undefined || (ms !== undefined && ms < Date.parse(limit));
  return (
    isOlder(createdAtMs, condition.age) &&
    isBefore(createdAtMs, condition.createdBefore) &&
    isOlder(customMs, condition.daysSinceCustomTime) &&
    isBefore(customMs, condition.customTimeBefore) &&
    isOlder(noncurrentSinceMs, condition.daysSinceNoncurrentTime) &&
    isBefore(noncurrentSinceMs, condition.noncurrentTimeBefore) &&
    (condition.numNewerVersions === undefined || newerVersions >= condition.numNewerVersions) &&
    (condition.isLive === undefined || condition.isLive === isCurrent) &&
    (condition.matchesStorageClass?.includes(details.storageClass) ?? true) &&
    matchesName(key, condition.matchesPrefix, condition.matchesSuffix)
  );
}

const matchesName = (key: string, prefixes: string[] | undefined, suffixes: string[] | undefined) =>
  (prefixes?.some((prefix) => key.startsWith(prefix)) ?? true) &&
  (suffixes?.some((suffix) => key.endsWith(suffix)) ?? true);
