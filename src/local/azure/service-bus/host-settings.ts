import { z } from 'zod';
import { timeSpanMs } from './duration.ts';

const timeSpan = z.string().transform((text, context) => {
  const ms = timeSpanMs(text);
  if (ms === undefined) context.addIssue(`"${text}" is not a time span like "00:05:00"`);
  return ms ?? 0;
});

/** https://learn.microsoft.com/azure/azure-functions/functions-bindings-service-bus#hostjson-settings */
const Settings = z.strictObject({
  // App settings that override the file are texts.
  autoCompleteMessages: z.union([z.boolean(), z.stringbool()]).default(true),
  maxAutoLockRenewalDuration: timeSpan.default(5 * 60_000),
  maxConcurrentCalls: z.coerce.number().int().min(1).default(16),
  maxConcurrentSessions: z.coerce.number().int().min(1).default(8),
  maxMessageBatchSize: z.coerce.number().int().min(1).default(1000),
  minMessageBatchSize: z.coerce.number().int().min(1).default(1),
  maxBatchWaitTime: timeSpan.default(30_000),
  // What these change, a run on one machine does not show.
  clientRetryOptions: z.unknown().optional(),
  prefetchCount: z.unknown().optional(),
  sessionIdleTimeout: z.unknown().optional(),
  transportType: z.unknown().optional(),
  webProxy: z.unknown().optional(),
  maxConcurrentCallsPerSession: z.literal(1).optional(),
  enableCrossEntityTransactions: z.literal(false).optional(),
});

export type HostSettings = z.output<typeof Settings>;

/** `extensions.serviceBus` of host.json. @throws Error that names what is not valid or not supported */
export function readSettings(extensions: Readonly<Record<string, unknown>>): HostSettings {
  const key = Object.keys(extensions).find((name) => name.toLowerCase() === 'servicebus');
  const parsed = Settings.safeParse(key === undefined ? {} : extensions[key]);
  if (!parsed.success)
    throw new Error(`extensions.serviceBus of host.json is not valid: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
