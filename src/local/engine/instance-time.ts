import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers';
import timersPromises from 'node:timers/promises';
import { promisify } from 'node:util';

/** The time of a process in a run with virtual time. */
export interface InstanceTime {
  /** Sets what `Date` tells; timers and `performance.now` go on as before. */
  set(nowMs: number): void;
  /** Lets `durationMs` go by at once: for `Date`, for `performance.now` and for every timer that is set. */
  skip(durationMs: number): void;
  /** Milliseconds until the first timer falls due; `undefined` when none is set. */
  nextTimerMs(): number | undefined;
}

/** Makes the process run in a time that begins at `nowMs` and can be set and skipped from outside. */
export function installVirtualTime(nowMs: number): InstanceTime {
  // First, as it goes by the time that is not shifted.
  const waits = new SkippableTimers();
  const clock = shiftClock(nowMs);
  return {
    set: clock.set,
    skip(durationMs) {
      clock.skip(durationMs);
      waits.skip(durationMs);
    },
    nextTimerMs: () => waits.nextMs(),
  };
}

function shiftClock(nowMs: number) {
  const RealDate = Date;
  const realNow = RealDate.now.bind(RealDate);
  const realTimeOrigin = performance.timeOrigin;
  const realElapsed = performance.now.bind(performance);
  let offsetMs = nowMs - realNow();
  let skippedMs = 0;
  const now = () => realNow() + offsetMs;
  Object.defineProperty(RealDate, 'now', { value: now, configurable: true, writable: true });
  const ShiftedDate = new Proxy(RealDate, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
    apply: () => new RealDate(now()).toString(),
  });
  Object.defineProperty(RealDate.prototype, 'constructor', {
    value: ShiftedDate,
    configurable: true,
    writable: true,
  });
  Object.defineProperty(globalThis, 'Date', { value: ShiftedDate, configurable: true, writable: true });
  Object.defineProperty(performance, 'timeOrigin', {
    get: () => realTimeOrigin + offsetMs - skippedMs,
    configurable: true,
  });
  Object.defineProperty(performance, 'now', {
    value: () => realElapsed() + skippedMs,
    configurable: true,
    writable: true,
  });
  return {
    set(toMs: number) {
      offsetMs = toMs - realNow();
    },
    skip(durationMs: number) {
      offsetMs += durationMs;
      skippedMs += durationMs;
    },
  };
}

type Timeout = ReturnType<typeof timers.setTimeout>;

/** What a timer of Node's has and its types do not tell. https://github.com/nodejs/node/blob/main/lib/internal/timers.js */
interface TimeoutInternals {
  _idleStart: number;
  _idleTimeout: number;
  _destroyed: boolean;
}

type OpenTimeout = Timeout & TimeoutInternals;

const isOpen = (timeout: Timeout): timeout is OpenTimeout =>
  '_idleStart' in timeout && '_idleTimeout' in timeout && '_destroyed' in timeout;

const longestSetMs = 2 ** 31 - 1;

/** Every `setTimeout` of the process. Intervals are left alone: they are no waits that work depends on. */
class SkippableTimers {
  readonly #timers = new Set<OpenTimeout>();
  readonly #known = new WeakSet<Timeout>();
  /** How long those take that have been made shorter, once they are set anew. */
  readonly #wholeMs = new WeakMap<Timeout, number>();
  readonly #elapsedMs = performance.now.bind(performance);
  /** `performance.now()` when the clock of Node's timers stood at 0. */
  readonly #originMs: number;
  /** Lets a timer begin anew. */
  readonly #restart: (timer: Timeout) => Timeout;
  #purgeAt = 1_000;

  constructor() {
    const { setTimeout: set, clearTimeout: clear } = timers;
    const first = set(() => undefined, 1);
    if (!isOpen(first)) throw new TypeError('Node has changed: a timer does not tell when it falls due');
    this.#originMs = this.#elapsedMs() - first._idleStart;
    clear(first);
    const patched = Object.assign(
      (callback: (...args: unknown[]) => void, delayMs?: number, ...args: unknown[]) =>
        this.#add(set(callback, delayMs, ...args)),
      { [promisify.custom]: this.#patchWait() },
    );
    Object.assign(timers, { setTimeout: patched });
    Object.defineProperty(globalThis, 'setTimeout', { value: patched, configurable: true, writable: true });
    this.#restart = this.#patchRefresh(Object.getPrototypeOf(first));
    syncBuiltinESMExports();
  }

  nextMs(): number | undefined {
    let next: number | undefined;
    for (const timer of this.#pending()) {
      const restMs = Math.max(0, this.#restMs(timer));
      if (next === undefined || restMs < next) next = restMs;
    }
    return next;
  }

  skip(durationMs: number): void {
    for (const timer of this.#pending()) {
      if (!this.#wholeMs.has(timer)) this.#wholeMs.set(timer, timer._idleTimeout);
      timer._idleTimeout = Math.min(Math.max(1, this.#restMs(timer) - durationMs), longestSetMs);
      this.#restart(timer);
    }
  }

  *#pending(): Generator<OpenTimeout> {
    for (const timer of [...this.#timers])
      if (timer._destroyed) this.#timers.delete(timer);
      else yield timer;
  }

  #restMs({ _idleStart, _idleTimeout }: OpenTimeout): number {
    return _idleStart + _idleTimeout + this.#originMs - this.#elapsedMs();
  }

  #add(timer: Timeout): Timeout {
    if (!isOpen(timer)) return timer;
    this.#timers.add(timer);
    this.#known.add(timer);
    if (this.#timers.size > this.#purgeAt) {
      const left = [...this.#pending()].length;
      this.#purgeAt = Math.max(1_000, 2 * left);
    }
    return timer;
  }

  /** The timer of a promise cannot be had; one beside it ends the wait when it is skipped. */
  #patchWait(): typeof timersPromises.setTimeout {
    const { setTimeout: wait } = timersPromises;
    const patched: typeof wait = (delayMs, value, options) =>
      new Promise((resolve, reject) => {
        const early = timers.setTimeout(() => resolve(value as never), delayMs).unref();
        wait(delayMs, value, options)
          .then(resolve, reject)
          .finally(() => clearTimeout(early));
      });
    Object.assign(timersPromises, { setTimeout: patched });
    return patched;
  }

  #patchRefresh(prototype: Timeout): (timer: Timeout) => Timeout {
    const { refresh } = prototype;
    const restart = (timer: Timeout): Timeout => refresh.call(timer);
    const again = (timer: Timeout): Timeout => {
      const delayMs = this.#wholeMs.get(timer);
      if (delayMs !== undefined && isOpen(timer)) timer._idleTimeout = delayMs;
      this.#wholeMs.delete(timer);
      if (this.#known.has(timer)) this.#add(timer);
      return restart(timer);
    };
    prototype.refresh = function refreshed(this: Timeout) {
      return again(this);
    };
    return restart;
  }
}
