import type { App } from './scenario.ts';

/** One kind of transaction of a workload. */
export interface Transaction {
  /** `read an item` */
  name: string;
  /** How many there are in a round. */
  share: number;
  /** What the caller does, up to the answer. What happens behind queues may go on afterwards. */
  run(): Promise<void>;
}

/** What a pattern's callers do on an average day, for the metered run that its cost is computed from. */
export interface Workload {
  /** Sizes of the payload (an item, a message, an object) that are measured, in KB; the first is the usual one. */
  payloadKb: readonly [number, ...number[]];
  /** CPU time that the pattern's own code takes for a transaction on a whole processor; 3 ms when absent. */
  cpuMs?: number;
  /**
   * Puts into the stack what is there on an average day and gives the transactions of a round. None of this is
   * metered. `payload` is text of the size to measure.
   */
  start(app: App, payload: string): Promise<Transaction[]>;
}

export const defaultCpuMs = 3;

/** What a pattern's `workload.ts` exports by default. */
export function workload(definition: Workload): Workload {
  return definition;
}
