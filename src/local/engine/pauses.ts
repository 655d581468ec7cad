import { setTimeout as sleep } from 'node:timers/promises';
import type { Activity } from './activity.ts';
import type { VirtualClock } from './clock.ts';
import type { Processes } from './processes.ts';

export interface PausesOptions {
  /** The clocks that a pause takes forward: the run's and that of its processes. */
  clocks: readonly VirtualClock[];
  processes: Processes;
  activity: Activity;
}

/** How often is looked for a pause; a shorter one is not worth it. */
const lookEveryMs = 4;

/**
 * Skips the pauses of a run in virtual time: where every function that runs only waits for a timer of its own, such as
 * the backoff of an SDK, time goes by at once until something falls due. Returns what ends it.
 */
export function skipPauses({ clocks, processes, activity }: PausesOptions): () => void {
  let isOver = false;
  const look = async () => {
    while (!isOver) {
      await sleep(lookEveryMs, undefined, { ref: false });
      if (activity.running === 0) continue;
      const pauseMs = await processes.pauseMs();
      if (pauseMs === undefined || activity.running === 0 || isOver) continue;
      // Whole milliseconds: clouds know no other.
      const durationMs = Math.ceil(Math.min(pauseMs, ...clocks.map(untilDue)));
      if (durationMs < lookEveryMs || !Number.isFinite(durationMs)) continue;
      for (const clock of clocks) clock.advance(durationMs);
      processes.skip(durationMs);
    }
  };
  void look();
  return () => {
    isOver = true;
  };
}

const untilDue = (clock: VirtualClock): number =>
  (clock.nextDueMs() ?? Number.POSITIVE_INFINITY) - clock.now();
