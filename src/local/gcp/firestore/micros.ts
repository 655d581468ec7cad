import type { Timestamp } from './value.ts';

/**
 * Times that the service itself gives (create, update and read times), in microseconds since the epoch: its
 * own precision. A number holds them exactly until the year 2255.
 */
export type Micros = number;

export const microsOf = (timestamp: Timestamp): Micros =>
  timestamp.seconds * 1_000_000 + Math.floor(timestamp.nanos / 1000);

export function timestampOf(micros: Micros): Timestamp {
  const seconds = Math.floor(micros / 1_000_000);
  return { seconds, nanos: (micros - seconds * 1_000_000) * 1000 };
}
