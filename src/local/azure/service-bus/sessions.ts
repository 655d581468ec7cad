// https://learn.microsoft.com/azure/service-bus-messaging/message-sessions
import type { Clock, Timer } from '../../engine/clock.ts';
import { sessionCannotBeLocked, sessionLockLost } from './errors.ts';

/** One receiver's hold on a session. */
export interface SessionLock {
  readonly sessionId: string;
  untilMs: number;
}

interface Held {
  lock: SessionLock;
  timer: Timer;
  onEnd(cause: 'expired' | 'released'): void;
}

/** Who has which session of an entity, and what is remembered for each. */
export class Sessions {
  readonly #clock: Clock;
  readonly #lockMs: number;
  readonly #held = new Map<string, Held>();
  readonly #states = new Map<string, Buffer>();

  constructor(clock: Clock, lockMs: number) {
    this.#clock = clock;
    this.#lockMs = lockMs;
  }

  isLocked(sessionId: string): boolean {
    return this.#held.has(sessionId);
  }

  /**
   * @param onEnd called once, when the lock is over, for whatever reason
   * @throws ServiceBusError when somebody else has the session
   */
  lock(sessionId: string, onEnd: Held['onEnd']): SessionLock {
    if (this.#held.has(sessionId)) throw sessionCannotBeLocked(sessionId);
    const lock: SessionLock = { sessionId, untilMs: this.#clock.now() + this.#lockMs };
    this.#held.set(sessionId, { lock, timer: this.#expiry(lock), onEnd });
    return lock;
  }

  /** Prolongs the lock that somebody has on a session, and says until when. @throws ServiceBusError when nobody has */
  renew(sessionId: string): number {
    const held = this.#heldOrThrow(sessionId);
    held.timer.cancel();
    held.lock.untilMs = this.#clock.now() + this.#lockMs;
    held.timer = this.#expiry(held.lock);
    return held.lock.untilMs;
  }

  release(lock: SessionLock): void {
    this.#end(lock, 'released');
  }

  /** @throws ServiceBusError when nobody has locked the session */
  state(sessionId: string): Buffer | undefined {
    this.#heldOrThrow(sessionId);
    return this.#states.get(sessionId);
  }

  /** @throws ServiceBusError when nobody has locked the session */
  setState(sessionId: string, state: Buffer | undefined): void {
    this.#heldOrThrow(sessionId);
    if (state === undefined) this.#states.delete(sessionId);
    else this.#states.set(sessionId, state);
  }

  close(): void {
    for (const { timer } of this.#held.values()) timer.cancel();
  }

  #expiry(lock: SessionLock): Timer {
    return this.#clock.after(this.#lockMs, () => this.#end(lock, 'expired'));
  }

  #end(lock: SessionLock, cause: 'expired' | 'released'): void {
    const held = this.#held.get(lock.sessionId);
    if (held?.lock !== lock) return;
    held.timer.cancel();
    this.#held.delete(lock.sessionId);
    held.onEnd(cause);
  }

  #heldOrThrow(sessionId: string): Held {
    const held = this.#held.get(sessionId);
    if (!held) throw sessionLockLost(sessionId);
    return held;
  }
}
