// https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue#hostjson-settings
import { z } from 'zod';
import type { BoundApp } from '../../functions/triggers.ts';

const TimeSpan = z.string().regex(/^\d{1,2}:\d{2}:\d{2}(?:\.\d+)?$/, 'is not a time span like "00:00:30"');

const Queues = z.looseObject({
  batchSize: z.coerce.number().int().min(1).max(32).default(16),
  newBatchThreshold: z.coerce.number().int().min(0).optional(),
  maxDequeueCount: z.coerce.number().int().min(1).default(5),
  visibilityTimeout: TimeSpan.default('00:00:00'),
  messageEncoding: z
    .string()
    .toLowerCase()
    .pipe(z.enum(['base64', 'none']))
    .default('base64'),
});

const Blobs = z.looseObject({
  maxDegreeOfParallelism: z.coerce.number().int().min(1).default(8),
  maxDequeueCount: z.coerce.number().int().min(1).optional(),
});

export interface QueueOptions {
  batchSize: number;
  /** More messages are fetched when so few are being processed. */
  newBatchThreshold: number;
  maxDequeueCount: number;
  /** How long a message stays away after a failure. */
  visibilityMs: number;
  messageEncoding: 'base64' | 'none';
}

/** How many messages an instance processes at a time. https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue-trigger#concurrency */
export const callsPerInstance = ({ batchSize, newBatchThreshold }: QueueOptions): number =>
  batchSize + newBatchThreshold;

/** `extensions.queues` of host.json. @throws Error that names the setting */
export function queueOptions({ name, extensions }: Pick<BoundApp, 'name' | 'extensions'>): QueueOptions {
  const parsed = Queues.safeParse(extensions.queues ?? {});
  if (!parsed.success)
    throw new Error(`host.json of ${name}, extensions.queues: ${z.prettifyError(parsed.error)}`);
  const { batchSize, newBatchThreshold = batchSize / 2, visibilityTimeout, ...rest } = parsed.data;
  const [hours = 0, minutes = 0, seconds = 0] = visibilityTimeout.split(':').map(Number);
  return {
    batchSize,
    newBatchThreshold,
    maxDequeueCount: rest.maxDequeueCount,
    visibilityMs: ((hours * 60 + minutes) * 60 + seconds) * 1000,
    messageEncoding: rest.messageEncoding,
  };
}

/**
 * `extensions.blobs` of host.json: what the host's own queue of blobs to process is read with.
 * https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-blob#hostjson-settings
 *
 * @throws Error that names the setting
 */
export function blobQueueOptions({ name, extensions }: Pick<BoundApp, 'name' | 'extensions'>): QueueOptions {
  const parsed = Blobs.safeParse(extensions.blobs ?? {});
  if (!parsed.success)
    throw new Error(`host.json of ${name}, extensions.blobs: ${z.prettifyError(parsed.error)}`);
  const { maxDegreeOfParallelism, maxDequeueCount = 5 } = parsed.data;
  return {
    batchSize: maxDegreeOfParallelism,
    newBatchThreshold: 0,
    maxDequeueCount,
    visibilityMs: 0,
    messageEncoding: 'base64',
  };
}
