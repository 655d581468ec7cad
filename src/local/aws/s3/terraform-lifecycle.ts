// https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/s3_bucket_lifecycle_configuration
import { z } from 'zod';
import type { LifecycleRule } from './lifecycle.ts';

const days = z.coerce.number().int().min(1);
const size = z.coerce.number().int().min(0).nullish();
const tags = z.record(z.string(), z.coerce.string()).nullish();
const noTransition = z
  .array(z.unknown())
  .max(0, 'transitions between storage classes do not run locally')
  .default([]);

const Conditions = {
  object_size_greater_than: size,
  object_size_less_than: size,
  prefix: z.string().nullish(),
};

export const LifecycleArguments = z.object({
  rule: z
    .array(
      z.object({
        id: z.string(),
        status: z.enum(['Enabled', 'Disabled']),
        prefix: z.string().nullish(),
        abort_incomplete_multipart_upload: z
          .array(z.object({ days_after_initiation: days.nullish() }))
          .default([]),
        expiration: z
          .array(
            z.object({
              date: z.string().nullish(),
              days: z.coerce.number().int().min(0).nullish(),
              expired_object_delete_marker: z.boolean().nullish(),
            }),
          )
          .default([]),
        filter: z
          .array(
            z.object({
              ...Conditions,
              and: z.array(z.object({ ...Conditions, tags })).default([]),
              tag: z.array(z.object({ key: z.string(), value: z.string() })).default([]),
            }),
          )
          .default([]),
        noncurrent_version_expiration: z
          .array(z.object({ newer_noncurrent_versions: days.nullish(), noncurrent_days: days }))
          .default([]),
        noncurrent_version_transition: noTransition,
        transition: noTransition,
      }),
    )
    .min(1),
});

export function lifecycleRules({ rule }: z.output<typeof LifecycleArguments>): LifecycleRule[] {
  return rule.map((given) => {
    const [filter] = given.filter;
    const [and] = filter?.and ?? [];
    const conditions = and ?? filter;
    const [expiration] = given.expiration;
    const [noncurrent] = given.noncurrent_version_expiration;
    const uploadDays = given.abort_incomplete_multipart_upload[0]?.days_after_initiation;
    const single = Object.fromEntries((filter?.tag ?? []).map(({ key, value }) => [key, value]));
    const result: LifecycleRule = {
      id: given.id,
      enabled: given.status === 'Enabled',
      prefix: conditions?.prefix ?? given.prefix ?? '',
      tags: { ...single, ...and?.tags },
      expiredMarkers: expiration?.expired_object_delete_marker ?? false,
    };
    if (conditions?.object_size_greater_than) result.sizeGreaterThan = conditions.object_size_greater_than;
    if (conditions?.object_size_less_than) result.sizeLessThan = conditions.object_size_less_than;
    if (expiration?.days) result.expireAfterDays = expiration.days;
    if (expiration?.date) result.expireAtMs = Date.parse(expiration.date);
    if (noncurrent) result.noncurrentAfterDays = noncurrent.noncurrent_days;
    if (noncurrent?.newer_noncurrent_versions)
      result.newerNoncurrentVersions = noncurrent.newer_noncurrent_versions;
    if (uploadDays) result.abortUploadsAfterDays = uploadDays;
    return result;
  });
}
