import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { Cloud } from '../../package/clouds.ts';
import { CostError } from '../cost-error.ts';

/** A quantity per transaction: the same for every payload, or one for each of the profile's payload sizes. */
const PerTransaction = z.union([z.number(), z.array(z.number()).min(1)]);

/**
 * What one business transaction of a pattern uses on a cloud, as a metered run has shown it. Nothing in it depends on
 * what the Terraform can change without changing the code (memory, batch size, retention, capacity modes), and nothing
 * on the speed of the machine that it was measured on.
 */
export const UsageProfile = z.strictObject({
  $comment: z.string().optional(),
  pattern: z.string(),
  cloud: z.enum(['aws', 'azure', 'gcp']),
  /** What one transaction is. */
  transaction: z.string(),
  /** Payload sizes that were measured; quantities that depend on it have one value for each. */
  payloadKb: z.array(z.number().positive()).min(1),
  /** CPU time of own code per transaction on a whole processor. */
  cpuMs: z.number().min(0),
  /** Invocations of each function, and its calls to other services. */
  functions: z.array(
    z.strictObject({
      /** Address of the function in the stack. */
      function: z.string(),
      /** Invocations per transaction, without those by event sources. */
      invocations: PerTransaction,
      /** Calls to each service, per transaction. */
      calls: z.record(z.string(), PerTransaction),
      /** How long an invocation runs, where it is known: goes before the duration model. */
      durationMs: z.number().positive().optional(),
    }),
  ),
  /** Messages that event sources deliver, per transaction, by the address of the queue or stream. */
  messages: z.record(z.string(), PerTransaction),
  /** Billable units per transaction. */
  uses: z.array(
    z.strictObject({
      service: z.string(),
      unit: z.string(),
      /** Address of the resource that is charged; absent for what is charged by account. */
      resource: z.string().optional(),
      quantity: PerTransaction,
    }),
  ),
  /** Metrics of the pattern's own, with each combination of dimensions. */
  customMetrics: z.number().min(0),
});
export type UsageProfile = z.output<typeof UsageProfile>;
export type PerTransaction = z.output<typeof PerTransaction>;

/** Where a pattern's profile is kept. */
export function profileFile(patternDirectory: string, cloud: Cloud): string {
  return path.join(patternDirectory, 'cost', `${cloud}.json`);
}

/** @returns undefined when there is no such file. @throws CostError naming what is wrong with it */
export function readProfile(file: string): UsageProfile | undefined {
  if (!existsSync(file)) return undefined;
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new CostError(`${file} is not JSON: ${error instanceof Error ? error.message : String(error)}.`, {
      cause: error,
    });
  }
  return parseProfile(content, file);
}

/** Writes it so that people can read it: lists of numbers on one line. */
export function writeProfile(file: string, profile: UsageProfile): void {
  const text = JSON.stringify(profile, null, 2).replace(/\[[\s\d.,e+-]+\]/g, (list) =>
    list.replace(/\s+/g, ' ').replace('[ ', '[').replace(' ]', ']'),
  );
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${text}\n`);
}

/** @throws CostError naming each wrong field */
export function parseProfile(content: unknown, name: string): UsageProfile {
  const parsed = UsageProfile.safeParse(content);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
    throw new CostError(`${name} is not a usage profile:\n${problems.join('\n')}`);
  }
  const { data } = parsed;
  for (const quantity of quantitiesOf(data)) {
    if (typeof quantity !== 'number' && quantity.length !== data.payloadKb.length)
      throw new CostError(
        `${name} has ${data.payloadKb.length} payload sizes, but a quantity with ${quantity.length} values.`,
      );
  }
  return data;
}

function quantitiesOf({ functions, messages, uses }: UsageProfile): PerTransaction[] {
  return [
    ...functions.flatMap(({ invocations, calls }) => [invocations, ...Object.values(calls)]),
    ...Object.values(messages),
    ...uses.map(({ quantity }) => quantity),
  ];
}

/** The quantity at a payload size: between two measured ones in proportion, outside along the nearest line. */
export function quantityAt(quantity: PerTransaction, sizes: readonly number[], payloadKb: number): number {
  if (typeof quantity === 'number') return quantity;
  const [only = 0] = quantity;
  if (quantity.length === 1) return only;
  const above = sizes.findIndex((size) => size >= payloadKb);
  const upper = above === -1 ? sizes.length - 1 : Math.max(above, 1);
  const [x0 = 0, x1 = 1] = [sizes[upper - 1], sizes[upper]];
  const [y0 = 0, y1 = 0] = [quantity[upper - 1], quantity[upper]];
  return Math.max(0, y0 + ((y1 - y0) * (payloadKb - x0)) / (x1 - x0));
}
