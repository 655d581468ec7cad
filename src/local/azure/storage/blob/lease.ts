// Leases of blobs and containers. https://learn.microsoft.com/rest/api/storageservices/lease-blob
import { badRequest, conflict, invalidHeader, StorageError } from '../errors.ts';
import type { StorageReply, StorageRequest } from '../storage-request.ts';

type State =
  | { kind: 'available' }
  | { kind: 'leased'; id: string; seconds: number; untilMs: number }
  | { kind: 'breaking'; id: string; untilMs: number }
  | { kind: 'broken'; id: string }
  | { kind: 'expired'; id: string; seconds: number };

/** What the errors call it, and what a lease keeps from being written. */
export type Leased = 'blob' | 'container';

const infinite = -1;

export class Lease {
  readonly #what: Leased;
  #state: State = { kind: 'available' };

  constructor(what: Leased) {
    this.#what = what;
  }

  /** `x-ms-lease-*` of the blob or container. */
  headers(nowMs: number): Record<string, string> {
    const state = this.#at(nowMs);
    const isLocked = state.kind === 'leased' || state.kind === 'breaking';
    return {
      'x-ms-lease-status': isLocked ? 'locked' : 'unlocked',
      'x-ms-lease-state': state.kind,
      ...(state.kind === 'leased' && {
        'x-ms-lease-duration': state.seconds === infinite ? 'infinite' : 'fixed',
      }),
    };
  }

  /**
   * Whoever writes without a lease after the end of one makes it impossible to renew.
   *
   * @throws StorageError, a 412, when a lease is active and not named, or one is named that is not
   */
  checkWrite(leaseId: string | undefined, nowMs: number): void {
    const state = this.#at(nowMs);
    const isLocked = state.kind === 'leased' || state.kind === 'breaking';
    if (isLocked && leaseId === undefined)
      throw failed(
        'LeaseIdMissing',
        `There is currently a lease on the ${this.#what} and no lease ID was specified in the request.`,
      );
    this.checkNamed(leaseId, nowMs);
    if (!isLocked) this.#state = { kind: 'available' };
  }

  /** @throws StorageError, a 412, when a lease is named that is not active */
  checkNamed(leaseId: string | undefined, nowMs: number): void {
    if (leaseId === undefined) return;
    const state = this.#at(nowMs);
    const suffix = this.#what === 'blob' ? 'Blob' : 'Container';
    if (state.kind === 'available')
      throw failed(
        `LeaseNotPresentWith${suffix}Operation`,
        `There is currently no lease on the ${this.#what}.`,
      );
    if (state.id.toLowerCase() !== leaseId.toLowerCase())
      throw failed(
        `LeaseIdMismatchWith${suffix}Operation`,
        `The lease ID specified did not match the lease ID for the ${this.#what}.`,
      );
    if (state.kind === 'expired' || state.kind === 'broken')
      throw failed('LeaseLost', `A lease ID was specified, but the lease for the ${this.#what} has expired.`);
  }

  /** What `comp=lease` asks for. @throws StorageError */
  answer(call: StorageRequest): Required<Pick<StorageReply, 'status' | 'headers'>> {
    const action = call.header('x-ms-lease-action')?.toLowerCase();
    const id = call.header('x-ms-lease-id');
    const proposed = call.header('x-ms-proposed-lease-id');
    const { nowMs } = call;
    const withId = (status: number, leaseId: string) => ({ status, headers: { 'x-ms-lease-id': leaseId } });
    switch (action) {
      case 'acquire':
        return withId(
          201,
          this.#acquire(duration(call), checkedId(proposed) ?? call.runtime.random.uuid(), nowMs),
        );
      case 'renew':
        return withId(200, this.#renew(required(id), nowMs));
      case 'change':
        return withId(200, this.#change(required(id), required(checkedId(proposed)), nowMs));
      case 'release':
        this.#checkId(required(id), nowMs);
        this.#state = { kind: 'available' };
        return { status: 200, headers: {} };
      case 'break':
        return {
          status: 202,
          headers: { 'x-ms-lease-time': String(this.#break(breakPeriod(call), nowMs)) },
        };
      default:
        throw action === undefined ? required(action) : invalidHeader('x-ms-lease-action', action);
    }
  }

  #at(nowMs: number): State {
    const state = this.#state;
    if (state.kind === 'leased' && state.untilMs <= nowMs)
      this.#state = { kind: 'expired', id: state.id, seconds: state.seconds };
    if (state.kind === 'breaking' && state.untilMs <= nowMs) this.#state = { kind: 'broken', id: state.id };
    return this.#state;
  }

  #acquire(seconds: number, id: string, nowMs: number): string {
    const state = this.#at(nowMs);
    if (state.kind === 'breaking' && state.id === id)
      throw conflict(
        'LeaseIsBreakingAndCannotBeAcquired',
        'The lease ID matched, but the lease is currently in breaking state and cannot be acquired until it is broken.',
      );
    if (state.kind === 'breaking' || (state.kind === 'leased' && state.id !== id))
      throw conflict('LeaseAlreadyPresent', 'There is already a lease present.');
    return this.#hold(id, seconds, nowMs);
  }

  #renew(id: string, nowMs: number): string {
    const state = this.#checkId(id, nowMs);
    if (state.kind === 'breaking' || state.kind === 'broken')
      throw conflict(
        'LeaseIsBrokenAndCannotBeRenewed',
        'The lease ID matched, but the lease has been broken explicitly and cannot be renewed.',
      );
    return this.#hold(id, state.seconds, nowMs);
  }

  #change(id: string, proposed: string, nowMs: number): string {
    const state = this.#at(nowMs);
    if (state.kind === 'available') throw this.#notPresent();
    if (state.kind === 'leased' && state.id === proposed) return proposed;
    const known = this.#checkId(id, nowMs);
    if (known.kind === 'breaking')
      throw conflict(
        'LeaseIsBreakingAndCannotBeChanged',
        'The lease ID matched, but the lease is currently in breaking state and cannot be changed.',
      );
    if (known.kind !== 'leased') throw this.#notPresent();
    this.#state = { ...known, id: proposed };
    return proposed;
  }

  /** Seconds until the lease is broken. */
  #break(period: number | undefined, nowMs: number): number {
    const state = this.#at(nowMs);
    if (state.kind === 'available') throw this.#notPresent();
    const remaining = 'untilMs' in state ? Math.ceil((state.untilMs - nowMs) / 1000) : 0;
    const isInfinite = state.kind === 'leased' && state.seconds === infinite;
    const seconds = isInfinite ? (period ?? 0) : Math.min(remaining, period ?? remaining);
    this.#state =
      seconds > 0
        ? { kind: 'breaking', id: state.id, untilMs: nowMs + seconds * 1000 }
        : { kind: 'broken', id: state.id };
    return seconds;
  }

  #hold(id: string, seconds: number, nowMs: number): string {
    const untilMs = seconds === infinite ? Number.POSITIVE_INFINITY : nowMs + seconds * 1000;
    this.#state = { kind: 'leased', id, seconds, untilMs };
    return id;
  }

  #notPresent(): StorageError {
    return conflict('LeaseNotPresentWithLeaseOperation', `There is currently no lease on the ${this.#what}.`);
  }

  #checkId(id: string, nowMs: number): Exclude<State, { kind: 'available' }> {
    const state = this.#at(nowMs);
    if (state.kind === 'available' || state.id.toLowerCase() !== id.toLowerCase())
      throw conflict(
        'LeaseIdMismatchWithLeaseOperation',
        `The lease ID specified did not match the lease ID for the ${this.#what}.`,
      );
    return state;
  }
}

const failed = (code: string, message: string) => new StorageError(412, code, message);

function required(value: string | undefined): string {
  if (value === undefined)
    throw badRequest(
      'MissingRequiredHeader',
      "An HTTP header that's mandatory for this request is not specified.",
    );
  return value;
}

/** A GUID in any of the forms that .NET reads. @throws StorageError, a 400 */
function checkedId(id: string | undefined): string | undefined {
  const digits = id?.replace(/^\{(.*)\}$|^\((.*)\)$/, '$1$2');
  if (
    digits !== undefined &&
    !/^[\da-f]{8}(-?)[\da-f]{4}\1[\da-f]{4}\1[\da-f]{4}\1[\da-f]{12}$/i.test(digits)
  )
    throw invalidHeader('x-ms-proposed-lease-id', id ?? '');
  return id;
}

/** 15 to 60 seconds, or -1 for one that never ends. */
function duration(call: StorageRequest): number {
  const value = required(call.header('x-ms-lease-duration'));
  const seconds = Number(value);
  if (seconds !== infinite && !(Number.isInteger(seconds) && seconds >= 15 && seconds <= 60))
    throw invalidHeader('x-ms-lease-duration', value);
  return seconds;
}

function breakPeriod(call: StorageRequest): number | undefined {
  const value = call.header('x-ms-lease-break-period');
  if (value === undefined) return undefined;
  const seconds = Number(value);
  if (!(Number.isInteger(seconds) && seconds >= 0 && seconds <= 60))
    throw invalidHeader('x-ms-lease-break-period', value);
  return seconds;
}
