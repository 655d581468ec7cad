/** Time, passed in wherever it is needed, so that a run can use the real clock or a virtual one. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Runs `task` once, `delayMs` from now. */
  after(delayMs: number, task: () => void): Timer;
}

export interface Timer {
  cancel(): void;
}

/** The machine's own clock. A pending timer does not keep the process alive. */
export const realClock: Clock = {
  now: () => Date.now(),
  after(delayMs, task) {
    const handle = setTimeout(task, delayMs);
    handle.unref();
    return { cancel: () => clearTimeout(handle) };
  },
};

export interface VirtualClock extends Clock {
  /** Moves time forward and runs every timer that falls due on the way, in order of its due time. */
  advance(durationMs: number): void;
  /** When the next timer falls due, in milliseconds since the epoch; `undefined` when none is set. */
  nextDueMs(): number | undefined;
}

/** A clock that stands still until it is advanced: 12 hours pass in no time. */
export function virtualClock(startMs: number): VirtualClock {
  let nowMs = startMs;
  let order = 0;
  const pending = new Set<{ dueMs: number; order: number; task: () => void }>();
  const nextDue = (limitMs: number) => {
    let first: { dueMs: number; order: number; task: () => void } | undefined;
    for (const timer of pending) {
      if (timer.dueMs > limitMs) continue;
      if (!first || timer.dueMs < first.dueMs || (timer.dueMs === first.dueMs && timer.order < first.order))
        first = timer;
    }
    return first;
  };
  return {
    now: () => nowMs,
    after(delayMs, task) {
      const timer = { dueMs: nowMs + Math.max(0, delayMs), order: order++, task };
      pending.add(timer);
      return { cancel: () => pending.delete(timer) };
    },
    advance(durationMs) {
      const untilMs = nowMs + durationMs;
      for (let timer = nextDue(untilMs); timer; timer = nextDue(untilMs)) {
        pending.delete(timer);
        nowMs = Math.max(nowMs, timer.dueMs);
        timer.task();
      }
      nowMs = untilMs;
    },
    nextDueMs: () => nextDue(Number.POSITIVE_INFINITY)?.dueMs,
  };
}

/**
 * The machine's clock, which can also be moved forward: time goes by as processes work, and hours in which nothing
 * would happen are skipped.
 */
export function fastForwardClock(): VirtualClock {
  const startMs = Date.now();
  const clock = virtualClock(startMs);
  let skippedMs = 0;
  let alarm: { dueMs: number; handle: NodeJS.Timeout } | undefined;
  const catchUp = () => clock.advance(Math.max(0, Date.now() + skippedMs - clock.now()));
  const setAlarm = () => {
    const dueMs = clock.nextDueMs();
    if (alarm && alarm.dueMs === dueMs) return;
    clearTimeout(alarm?.handle);
    alarm = undefined;
    if (dueMs === undefined) return;
    const delayMs = Math.min(Math.max(0, dueMs - Date.now() - skippedMs), longestTimeoutMs);
    const handle = setTimeout(() => {
      alarm = undefined;
      catchUp();
      setAlarm();
    }, delayMs);
    handle.unref();
    alarm = { dueMs, handle };
  };
  return {
    now: () => Math.max(clock.now(), Date.now() + skippedMs),
    after(delayMs, task) {
      const timer = clock.after(delayMs + Math.max(0, Date.now() + skippedMs - clock.now()), task);
      setAlarm();
      return timer;
    },
    advance(durationMs) {
      catchUp();
      skippedMs += durationMs;
      clock.advance(durationMs);
      setAlarm();
    },
    nextDueMs: () => clock.nextDueMs(),
  };
}

/** Node fires a timer with a longer delay at once. */
const longestTimeoutMs = 2 ** 31 - 1;
