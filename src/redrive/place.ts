import type { Cloud } from '../package/clouds.ts';

/** Where a dead-letter queue is: in a real account, or in the local cloud, whose environment points SDKs there. */
export interface Place {
  cloud: Cloud;
  /** As the user or the running stack names it: URL, ARN, `namespace/queue`, subscription. */
  queue: string;
  /** Absent for a real account, whose credentials the SDK finds by itself. */
  local?: Readonly<Record<string, string>>;
}
