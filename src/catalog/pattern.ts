import * as z from 'zod';

const text = z.string().trim().min(1);
const texts = z.array(text).min(1);
const perCloud = z.strictObject({ aws: texts, azure: texts, gcp: texts });

/**
 * `pattern.yaml`: what Terraform cannot say about a pattern. Nothing that a stack declares (memory, timeouts, retries,
 * roles, alarms) is repeated here.
 */
export const Pattern = z.strictObject({
  number: z.int().min(1).max(99),
  slug: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
  title: text,
  category: z.enum(['api', 'messaging', 'event', 'workflow', 'resilience', 'security', 'operations']),
  /** One sentence: what the pattern is for. */
  intent: text,
  /** How it works, in Markdown. */
  summary: text,
  whenToUse: texts,
  whenNotToUse: texts,
  tradeOffs: z.array(z.strictObject({ gain: text, price: text })).min(1),
  /** What can go wrong, and what then happens because of what in the pattern. */
  failureModes: z.array(z.strictObject({ failure: text, handling: text })).min(1),
  services: perCloud,
  triggers: z
    .array(
      z.enum([
        'http',
        'queue',
        'topic',
        'bus',
        'object',
        'stream',
        'schedule',
        'cdc',
        'callback',
        'websocket',
      ]),
    )
    .min(1),
  /** Calls to paste while the pattern runs; the path starts with a slash. */
  calls: z
    .array(
      z.strictObject({
        method: z.enum(['GET', 'POST', 'PUT', 'DELETE']),
        path: text,
        body: z.json().optional(),
      }),
    )
    .default([]),
  /** What one business transaction is, for cost per transaction. */
  workload: z.strictObject({ transaction: text, assumptions: texts }),
  /** Where its ideas are described. */
  references: z.array(z.strictObject({ title: text, url: z.url() })).min(1),
});

export type Pattern = z.output<typeof Pattern>;
export type Category = Pattern['category'];
