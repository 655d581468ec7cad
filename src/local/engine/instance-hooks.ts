import type { NetworkReport } from './instance-network.ts';
import type { InstanceTime } from './instance-time.ts';

/** Where the preload leaves what the host script takes over; the host removes it before it loads a handler. */
export const HOOKS = Symbol.for('local-instance-hooks');

/** Environment variable with the start options; the preload removes it. */
export const START_VARIABLE = 'LOCAL_INSTANCE_START';

export interface StartOptions {
  /** The run's virtual time at the start of the process; absent when time is real. */
  nowMs?: number;
  /** What the host script of this platform needs to know. */
  hostOptions: unknown;
  /** Variables of the function's own environment that start-up needed with another value. */
  restore?: Record<string, string>;
}

export interface InstanceHooks<Options = unknown> {
  hostOptions: Options;
  /** Absent when time is real. */
  time?: InstanceTime;
  report: NetworkReport;
}
