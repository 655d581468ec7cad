import type { Cloud } from '../src/package/clouds.ts';

/** How the benchmarks of one run measure. */
export interface Settings {
  clouds: readonly Cloud[];
  /** Requests under way at a time, each on a connection of its own. */
  connections: number;
  /** How long one load is measured. */
  measureMs: number;
  /** How long the same load runs before, unmeasured. */
  warmUpMs: number;
  /** Measured starts of which a median is taken. */
  starts: number;
  /** Whether peers that are not there may be installed from the npm registry. */
  installPeers: boolean;
  /** Aborted when the user asks to stop: measuring throws, and whoever has started something stops it. */
  interruption: AbortSignal;
  /** One line about what goes on, for whoever waits. */
  progress(text: string): void;
}

/** Everything that is ever measured, with its heading and the digits after the point that mean something. */
export const figureFormats = {
  medianMs: { heading: 'median ms', digits: 0 },
  minimumMs: { heading: 'min ms', digits: 0 },
  maximumMs: { heading: 'max ms', digits: 0 },
  starts: { heading: 'starts', digits: 0 },
  resources: { heading: 'resources', digits: 0 },
  loadMs: { heading: 'load code ms', digits: 1 },
  coldMs: { heading: 'cold ms', digits: 1 },
  warmMs: { heading: 'warm ms', digits: 2 },
  requestsPerSecond: { heading: 'requests/s', digits: 0 },
  messagesPerSecond: { heading: 'messages/s', digits: 0 },
  p50Ms: { heading: 'p50 ms', digits: 2 },
  p99Ms: { heading: 'p99 ms', digits: 2 },
  failures: { heading: 'failures', digits: 0 },
  cpuMsPerRequest: { heading: 'CPU ms/request', digits: 3 },
  cpuMsPerMessage: { heading: 'CPU ms/message', digits: 3 },
} as const;

export type Figures = { [name in keyof typeof figureFormats]?: number };

/** One line of a result. `subject` is who was measured, `work` what it did. */
export type Row =
  | { kind: 'measured'; subject: string; work: string; figures: Figures }
  | { kind: 'skipped'; subject: string; reason: string }
  | { kind: 'failed'; subject: string; reason: string };

export type Benchmark = (settings: Settings) => Promise<Row[]>;

/** The rows of `measure`, or one that says why there are none. An interruption is thrown on. */
export async function rowsOf(
  subject: string,
  { interruption }: Settings,
  measure: () => Promise<Row[]>,
): Promise<Row[]> {
  try {
    return await measure();
  } catch (error) {
    interruption.throwIfAborted();
    return [{ kind: 'failed', subject, reason: error instanceof Error ? error.message : String(error) }];
  }
}

/** The middle value; of an even number of values the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
  return (lower + upper) / 2;
}
