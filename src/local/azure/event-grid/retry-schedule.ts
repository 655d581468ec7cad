// https://learn.microsoft.com/azure/event-grid/delivery-and-retry

import type { Random } from '../../engine/random.ts';
import type { DeliveryFailure } from '../../engine/retrying-delivery.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

const pausesMs = [
  10 * second,
  30 * second,
  minute,
  5 * minute,
  10 * minute,
  30 * minute,
  hour,
  3 * hour,
  6 * hour,
  12 * hour,
];

interface Outcome {
  /** As dead letters name it in `lastDeliveryOutcome`. */
  name: string;
  retryable: boolean;
  /** The next attempt is not earlier than this. */
  atLeastMs?: number;
}

/** What an answer of an Azure resource means; any other status is a `GenericError` that is tried again. */
const outcomes: Record<number, Outcome> = {
  400: { name: 'BadRequest', retryable: false },
  401: { name: 'Unauthorized', retryable: true, atLeastMs: 5 * minute },
  403: { name: 'Forbidden', retryable: false },
  404: { name: 'NotFound', retryable: true, atLeastMs: 5 * minute },
  408: { name: 'TimedOut', retryable: true, atLeastMs: 2 * minute },
  413: { name: 'RequestEntityTooLarge', retryable: false },
  503: { name: 'Busy', retryable: true, atLeastMs: 30 * second },
};

export const failureOf = (status: number, reason: string): DeliveryFailure => ({
  failed: outcomes[status]?.name ?? 'GenericError',
  reason,
  retryable: outcomes[status]?.retryable ?? true,
});

/** The pause after so many failed attempts, the latest of which was this one; up to a tenth longer at random. */
export function retryDelayMs(failures: number, last: DeliveryFailure, random: Random): number {
  const scheduled = pausesMs[Math.min(failures, pausesMs.length) - 1] ?? 0;
  const least = Object.values(outcomes).find(({ name }) => name === last.failed)?.atLeastMs ?? 0;
  return Math.round(Math.max(scheduled, least) * (1 + random.next() / 10));
}
