// The arguments of google_storage_bucket as the configuration of a bucket.
import { z } from 'zod';
import type { StackResource, StackValues } from '../../../terraform/stack.ts';
import { ConfigurationError, readResource } from '../../engine/read-resource.ts';
import { type BucketConfiguration, parseConfiguration } from './bucket.ts';

/** Terraform writes a nested block as an array of one. */
const block = <Shape extends z.ZodRawShape>(shape: Shape) => z.array(z.object(shape)).nullish();
const days = z.number().nullish();
const text = z.string().nullish();
const flag = z.boolean().nullish();
const texts = z.array(z.string()).nullish();

const LifecycleCondition = z.object({
  age: days,
  created_before: text,
  custom_time_before: text,
  days_since_custom_time: days,
  days_since_noncurrent_time: days,
  matches_prefix: texts,
  matches_storage_class: texts,
  matches_suffix: texts,
  noncurrent_time_before: text,
  num_newer_versions: days,
  send_age_if_zero: flag,
  send_days_since_custom_time_if_zero: flag,
  send_days_since_noncurrent_time_if_zero: flag,
  send_num_newer_versions_if_zero: flag,
  size_above_bytes: days,
  size_below_bytes: days,
  with_state: z.enum(['ANY', 'LIVE', 'ARCHIVED', '']).nullish(),
});
type LifecycleCondition = z.output<typeof LifecycleCondition>;

const BucketArguments = z.object({
  name: z.string(),
  location: z.string(),
  storage_class: z.string(),
  labels: z.record(z.string(), z.string()).optional(),
  public_access_prevention: z.string(),
  uniform_bucket_level_access: z.boolean(),
  rpo: z.string().optional(),
  versioning: block({ enabled: z.boolean() }),
  soft_delete_policy: block({ retention_duration_seconds: z.number().nullish() }),
  lifecycle_rule: z
    .array(
      z.object({
        action: z.array(z.object({ type: z.string(), storage_class: text })).length(1),
        condition: z.array(LifecycleCondition).length(1),
      }),
    )
    .optional(),
  cors: block({ origin: texts, method: texts, response_header: texts, max_age_seconds: days }),
  logging: block({ log_bucket: z.string(), log_object_prefix: text }),
  encryption: block({ default_kms_key_name: text }),
});

/** Blocks and arguments whose effect the local cloud has not. */
const unsupported = [
  'autoclass',
  'custom_placement_config',
  'default_event_based_hold',
  'enable_object_retention',
  'hierarchical_namespace',
  'ip_filter',
  'requester_pays',
  'retention_policy',
  'website',
];

/** @throws ConfigurationError for arguments that are not valid or have no effect here */
export function bucketArguments(resource: StackResource): {
  name: string;
  configuration: BucketConfiguration;
} {
  for (const argument of unsupported)
    if (isSet(resource.values[argument]))
      throw new ConfigurationError(resource, `${argument} is not supported by the local cloud`);
  const values = readResource(BucketArguments, resource);
  const [softDelete] = values.soft_delete_policy ?? [];
  const [versioning] = values.versioning ?? [];
  const [logging] = values.logging ?? [];
  const [encryption] = values.encryption ?? [];
  const configuration = parseConfiguration({
    location: values.location,
    storageClass: values.storage_class,
    ...(values.labels && { labels: values.labels }),
    ...(values.rpo && { rpo: values.rpo }),
    iamConfiguration: {
      publicAccessPrevention: values.public_access_prevention,
      uniformBucketLevelAccess: { enabled: values.uniform_bucket_level_access },
    },
    softDeletePolicy: { retentionDurationSeconds: String(softDelete?.retention_duration_seconds ?? 604_800) },
    ...(versioning && { versioning: { enabled: versioning.enabled } }),
    ...(values.lifecycle_rule && {
      lifecycle: { rule: values.lifecycle_rule.map((rule) => ruleOf(resource, rule)) },
    }),
    ...(values.cors?.length && {
      cors: values.cors.map(({ origin, method, response_header, max_age_seconds }) => ({
        origin: origin ?? [],
        method: method ?? [],
        responseHeader: response_header ?? [],
        maxAgeSeconds: max_age_seconds ?? 0,
      })),
    }),
    ...(logging && {
      logging: { logBucket: logging.log_bucket, logObjectPrefix: logging.log_object_prefix ?? values.name },
    }),
    ...(encryption?.default_kms_key_name && {
      encryption: { defaultKmsKeyName: encryption.default_kms_key_name },
    }),
  });
  return { name: values.name, configuration };
}

/** Whether an argument asks for something: `false`, an empty block and a block that is not enabled do not. */
function isSet(value: StackValues[string] | undefined): boolean {
  if (value === undefined || value === null || value === false) return false;
  if (!Array.isArray(value)) return true;
  return value.some(
    (item) => !(item !== null && typeof item === 'object' && 'enabled' in item && item.enabled === false),
  );
}

type Rule = NonNullable<z.output<typeof BucketArguments>['lifecycle_rule']>[number];

function ruleOf(resource: StackResource, { action, condition }: Rule): unknown {
  const [what] = action;
  const [when] = condition;
  if (!what || !when)
    throw new ConfigurationError(resource, 'lifecycle_rule needs an action and a condition');
  if (when.size_above_bytes || when.size_below_bytes)
    throw new ConfigurationError(
      resource,
      'lifecycle conditions on sizes are not supported by the local cloud',
    );
  return {
    action: { type: what.type, ...(what.storage_class && { storageClass: what.storage_class }) },
    condition: {
      ...numbersOf(when),
      ...(when.created_before && { createdBefore: when.created_before }),
      ...(when.custom_time_before && { customTimeBefore: when.custom_time_before }),
      ...(when.noncurrent_time_before && { noncurrentTimeBefore: when.noncurrent_time_before }),
      ...(when.matches_prefix?.length && { matchesPrefix: when.matches_prefix }),
      ...(when.matches_suffix?.length && { matchesSuffix: when.matches_suffix }),
      ...(when.matches_storage_class?.length && { matchesStorageClass: when.matches_storage_class }),
      ...(when.with_state === 'LIVE' && { isLive: true }),
      ...(when.with_state === 'ARCHIVED' && { isLive: false }),
    },
  };
}

/** The provider sends a zero only where the configuration says so. */
function numbersOf(when: LifecycleCondition): Record<string, number> {
  const numbers: [name: string, value: number | null | undefined, sendsZero: boolean | null | undefined][] = [
    ['age', when.age, when.send_age_if_zero],
    ['daysSinceCustomTime', when.days_since_custom_time, when.send_days_since_custom_time_if_zero],
    [
      'daysSinceNoncurrentTime',
      when.days_since_noncurrent_time,
      when.send_days_since_noncurrent_time_if_zero,
    ],
    ['numNewerVersions', when.num_newer_versions, when.send_num_newer_versions_if_zero],
  ];
  return Object.fromEntries(
    numbers.flatMap(([name, value, sendsZero]) => (value || sendsZero ? [[name, value ?? 0]] : [])),
  );
}
