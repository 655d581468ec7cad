import { retryAfterMs } from './retry-after.ts';

export interface RetryOptions {
  now: () => number;
  /** From 0 up to, not including, 1. */
  random: () => number;
  sleep: (durationMs: number) => Promise<unknown>;
  /** Attempts in all. Default: 4. */
  maximumAttempts?: number;
  /** Upper end of the first pause; it doubles with each attempt. Default: 50. */
  baseMs?: number;
  /** Upper end of every pause. Default: 5,000. */
  maximumMs?: number;
  /** Whether an error may pass. Default: every error. */
  isTransient?: (error: unknown) => boolean;
  /** Told before each pause. */
  onRetry?: (retry: { attempt: number; error: unknown; pauseMs: number }) => void;
}

export interface Attempt {
  /** 1 for the first. */
  number: number;
  /** Time until the deadline; infinite without one. */
  remainingMs: number;
}

/**
 * Repeats `work` while it fails with transient errors. Pauses are random between nothing and an upper end that doubles
 * (full jitter, https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/), and no shorter than
 * a `Retry-After` of the error asks for. Gives up, with the last error, when the attempts are used up or when the next
 * one could only begin at the deadline or later.
 */
export function createRetry(options: RetryOptions) {
  const { now, random, sleep, isTransient = () => true, onRetry } = options;
  const { maximumAttempts = 4, baseMs = 50, maximumMs = 5000 } = options;
  return async function retry<Result>(
    work: (attempt: Attempt) => Promise<Result>,
    limits: { /** Milliseconds since the epoch. */ deadlineMs?: number } = {},
  ): Promise<Result> {
    const { deadlineMs = Number.POSITIVE_INFINITY } = limits;
    for (let number = 1; ; number++) {
      try {
        return await work({ number, remainingMs: deadlineMs - now() });
      } catch (error) {
        if (number >= maximumAttempts || !isTransient(error)) throw error;
        const jitterMs = random() * Math.min(maximumMs, baseMs * 2 ** (number - 1));
        const pauseMs = (retryAfterMs(error, now()) ?? 0) + jitterMs;
        if (now() + pauseMs >= deadlineMs) throw error;
        onRetry?.({ attempt: number, error, pauseMs });
        await sleep(pauseMs);
      }
    }
  };
}
