/** What paces a run: the machine's clock, or a test's. */
export interface PaceClock {
  now(): number;
  /** Ends early when the signal is aborted. */
  sleep(durationMs: number, signal: AbortSignal): Promise<void>;
}

/**
 * Waits after a message until the next may go, evenly spaced, so that a consumer that has just recovered is not
 * flooded. Time that was lost is not made up for.
 */
export async function pause(
  clock: PaceClock,
  { sentAtMs, perSecond }: { sentAtMs: number; perSecond: number },
  signal: AbortSignal,
): Promise<void> {
  const leftMs = sentAtMs + 1000 / perSecond - clock.now();
  if (leftMs > 0) await clock.sleep(leftMs, signal);
}
