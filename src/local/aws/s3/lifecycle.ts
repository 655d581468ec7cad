// https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
import type { Expiry } from '../../engine/blob-bucket.ts';
import type { ObjectDetails, PartDetails, S3Version } from './object-details.ts';

export interface LifecycleRule {
  id: string;
  enabled: boolean;
  prefix: string;
  tags: Record<string, string>;
  sizeGreaterThan?: number;
  sizeLessThan?: number;
  expireAfterDays?: number;
  /** Milliseconds since the epoch. */
  expireAtMs?: number;
  /** Removes delete markers behind which nothing is left. */
  expiredMarkers: boolean;
  noncurrentAfterDays?: number;
  /** So many noncurrent versions stay, however old they are. */
  newerNoncurrentVersions?: number;
  abortUploadsAfterDays?: number;
}

const dayMs = 86_400_000;

/** S3 counts days from the midnight UTC that follows. */
const isOver = (sinceMs: number, days: number, nowMs: number) =>
  nowMs >= Math.ceil((sinceMs + days * dayMs) / dayMs) * dayMs;

/** What the rules remove, and when. */
export function expiryOf(rules: readonly LifecycleRule[]): Expiry<ObjectDetails, PartDetails> | undefined {
  const enabled = rules.filter((rule) => rule.enabled);
  if (enabled.length === 0) return undefined;
  return {
    version: (version, standing, nowMs) =>
      enabled.some((rule) => {
        if (!concerns(rule, version)) return false;
        if (standing.isCurrent && version.kind === 'marker')
          return standing.isOnlyVersion && rule.expiredMarkers;
        if (standing.isCurrent) {
          const { expireAfterDays: days, expireAtMs } = rule;
          return (
            (days !== undefined && isOver(version.createdAtMs, days, nowMs)) ||
            (expireAtMs !== undefined && nowMs >= expireAtMs)
          );
        }
        const { noncurrentAfterDays: days, newerNoncurrentVersions = 0 } = rule;
        return (
          days !== undefined &&
          standing.noncurrentSinceMs !== undefined &&
          isOver(standing.noncurrentSinceMs, days, nowMs) &&
          standing.newerNoncurrent >= newerNoncurrentVersions
        );
      }),
    upload: ({ key, startedAtMs }, nowMs) =>
      enabled.some(
        ({ prefix, abortUploadsAfterDays: days }) =>
          days !== undefined && key.startsWith(prefix) && isOver(startedAtMs, days, nowMs),
      ),
  };
}

function concerns(rule: LifecycleRule, version: S3Version): boolean {
  if (!version.key.startsWith(rule.prefix)) return false;
  const tags = Object.entries(rule.tags);
  const { sizeGreaterThan = -1, sizeLessThan = Number.POSITIVE_INFINITY } = rule;
  const isFiltered = tags.length > 0 || sizeGreaterThan >= 0 || sizeLessThan < Number.POSITIVE_INFINITY;
  if (version.kind === 'marker') return !isFiltered;
  const { content, details } = version;
  return (
    content.sizeBytes > sizeGreaterThan &&
    content.sizeBytes < sizeLessThan &&
    tags.every(([name, value]) => details.tags[name] === value)
  );
}
