/** What can go wrong in a cloud, and is made to go wrong here on purpose. */
export const faultKinds = [
  /** A queue delivers a message twice. Place: the queue. */
  'duplicate',
  /** A message becomes visible late. Place: the queue. */
  'delay',
  /** A queue without order delivers a later message first. Place: the queue. */
  'reorder',
  /** A message is processed, but its deletion never arrives. Place: the queue. */
  'lost-acknowledgement',
  /** An instance ends before its handler runs. Place: the function. */
  'crash-before',
  /** An instance ends after its handler has done its work, before anybody hears of it. Place: the function. */
  'crash-after',
  /** An invocation runs into its time limit. Place: the function. */
  'timeout',
  /** A service refuses a call as one too many. Place: the service. */
  'throttle',
  /** A service answers every call with an error for a while. Place: the service. */
  'dependency-down',
  /** Input arrives that nobody can process. Place: the entrance. */
  'poison',
] as const;

export type FaultKind = (typeof faultKinds)[number];

/** Decides where and when something goes wrong. Whoever can fail asks, at each occasion. */
export interface Faults {
  /** Whether this kind of fault happens at `place` (name of a queue, function or service) on this occasion. */
  strikes(kind: FaultKind, place: string): boolean;
  /** How late a message becomes visible that a `delay` or `reorder` has struck, in milliseconds. */
  delayMs(kind: 'delay' | 'reorder', place: string): number;
}

/** Nothing goes wrong. */
export const noFaults: Faults = { strikes: () => false, delayMs: () => 0 };

/** Faults by a plan that can be exchanged while a stack runs. */
export class ExchangeableFaults implements Faults {
  current: Faults = noFaults;

  strikes(kind: FaultKind, place: string): boolean {
    return this.current.strikes(kind, place);
  }

  delayMs(kind: 'delay' | 'reorder', place: string): number {
    return this.current.delayMs(kind, place);
  }
}
