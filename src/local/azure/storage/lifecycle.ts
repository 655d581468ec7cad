// What a management policy deletes. https://learn.microsoft.com/azure/storage/blobs/lifecycle-management-policy-structure
import { z } from 'zod';
import type { StackResource } from '../../../terraform/stack.ts';
import type { Expiry } from '../../engine/blob-bucket.ts';
import { ConfigurationError } from '../../engine/read-resource.ts';
import type { BlobDetails } from './blob/container.ts';

const Days = z.number().nullish();
/** Terraform's way to say that a number is not set. */
const unset = -1;

const deletesBase = 'delete_after_days_since_modification_greater_than';
const deletesBaseByCreation = 'delete_after_days_since_creation_greater_than';
const deletesVersion = 'delete_after_days_since_creation';

const Actions = z.record(z.string(), z.union([z.number(), z.boolean()]).nullish());

const Rule = z.object({
  name: z.string(),
  enabled: z.boolean(),
  filters: z
    .array(
      z.object({
        blob_types: z.array(z.string()),
        prefix_match: z.array(z.string()).nullish(),
        match_blob_index_tag: z.array(z.unknown()).nullish(),
      }),
    )
    .default([]),
  actions: z.array(
    z.object({
      base_blob: z.array(Actions).nullish(),
      snapshot: z.array(z.object({ delete_after_days_since_creation_greater_than: Days })).nullish(),
      version: z.array(Actions).nullish(),
    }),
  ),
});

export const ManagementPolicy = z.object({
  storage_account_id: z.string(),
  rule: z.array(Rule).default([]),
});

const dayMs = 86_400_000;

/**
 * What goes by itself from a container of that name; `undefined` when nothing does.
 *
 * @throws ConfigurationError that names an action which is not supported
 */
export function lifecycleOf(
  { rule: rules }: z.output<typeof ManagementPolicy>,
  resource: StackResource,
): (container: string) => Expiry<BlobDetails, undefined> | undefined {
  const active = rules
    .filter(({ enabled }) => enabled)
    .map(({ name, filters: [filter], actions: [actions] }) => {
      if (filter?.match_blob_index_tag?.length)
        throw new ConfigurationError(resource, `rule ${name}: match_blob_index_tag is not supported`);
      const base = daysOf(actions?.base_blob?.[0], [deletesBase, deletesBaseByCreation], name, resource);
      const version = daysOf(actions?.version?.[0], [deletesVersion], name, resource);
      return {
        prefixes: filter?.prefix_match ?? [],
        sinceModification: base[deletesBase],
        sinceCreation: base[deletesBaseByCreation],
        versionSinceCreation: version[deletesVersion],
      };
    });
  return (container) => {
    if (active.length === 0) return undefined;
    return {
      version(blob, { isCurrent }, nowMs) {
        if (blob.kind !== 'object') return false;
        const path = `${container}/${blob.key}`;
        const older = (days: number | undefined, sinceMs: number) =>
          days !== undefined && nowMs - sinceMs > days * dayMs;
        return active.some(({ prefixes, sinceModification, sinceCreation, versionSinceCreation }) => {
          if (prefixes.length > 0 && !prefixes.some((prefix) => path.startsWith(prefix))) return false;
          if (!isCurrent) return older(versionSinceCreation, blob.createdAtMs);
          return older(sinceModification, blob.updatedAtMs) || older(sinceCreation, blob.createdAtMs);
        });
      },
    };
  };
}

/** The actions that are set, all of them among `known`. */
function daysOf(
  actions: Record<string, number | boolean | null | undefined> | undefined,
  known: readonly string[],
  rule: string,
  resource: StackResource,
): Record<string, number> {
  const days: Record<string, number> = {};
  for (const [name, value] of Object.entries(actions ?? {})) {
    if (value === null || value === undefined || value === unset || value === false) continue;
    if (!known.includes(name) || typeof value !== 'number')
      throw new ConfigurationError(resource, `rule ${rule}: the action ${name} is not supported`);
    days[name] = value;
  }
  return days;
}
