import os from 'node:os';

/** Shorter looks say more about chance than about the machine: the system counts in hundredths of a second. */
const shortestLookMs = 100;

interface Look {
  atMs: number;
  /** Time without work of all processors together, since the machine started. */
  idleMs: number;
}

/** Tells how many of this machine's processors have lately had nothing to do. */
export class IdleProcessors {
  readonly #look: () => Look;
  #last: Look;
  #count = os.availableParallelism();

  constructor(look: () => Look = lookAtMachine) {
    this.#look = look;
    this.#last = look();
  }

  /** Their number since it was last asked for: 1.5 when of two processors one was idle, the other half of the time. */
  count(): number {
    const now = this.#look();
    const elapsedMs = now.atMs - this.#last.atMs;
    if (elapsedMs >= shortestLookMs) {
      this.#count = (now.idleMs - this.#last.idleMs) / elapsedMs;
      this.#last = now;
    }
    return this.#count;
  }
}

const lookAtMachine = (): Look => ({
  atMs: performance.now(),
  idleMs: os.cpus().reduce((sum, { times }) => sum + times.idle, 0),
});
