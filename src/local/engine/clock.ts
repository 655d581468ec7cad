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
}

/** A clock that stands still until it is advanced: 12 hours pass in no time. */
export function virtualClock(startMs: number): VirtualClock {
  let nowMs = startMs;
  let order = 0;
  const pending = new Set<{ dueMs: number; order: number; task: () => void }>();
  const nextDue = (limitMs: number) =>
    [...pending]
      .filter((timer) => timer.dueMs <= limitMs)
      .sort((a, b) => a.dueMs - b.dueMs || a.order - b.order)[0];
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
  };
}
