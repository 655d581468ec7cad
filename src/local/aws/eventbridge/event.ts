import type { AwsScope } from '../service.ts';

/** An event as rules match it and targets get it. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html */
export interface BusEvent {
  version: '0';
  id: string;
  'detail-type': string;
  source: string;
  account: string;
  /** `2024-05-01T12:00:00Z` */
  time: string;
  region: string;
  resources: string[];
  detail: unknown;
  'replay-name'?: string;
}

/** An event on its way through a bus. */
export interface Travelling {
  event: BusEvent;
  traceHeader: string | undefined;
  /** Milliseconds since the epoch. */
  ingestedAtMs: number;
  /** Whether a rule of another bus has sent it here. */
  isForwarded: boolean;
}

export interface EventContent {
  source: string;
  detailType: string;
  resources?: readonly string[];
  detail: unknown;
  /** Milliseconds since the epoch; without it, now. */
  timeMs?: number | undefined;
}

export function busEvent(
  { source, detailType, resources, detail, timeMs }: EventContent,
  { accountId, region }: AwsScope,
  made: { id: string; nowMs: number },
): BusEvent {
  return {
    version: '0',
    id: made.id,
    'detail-type': detailType,
    source,
    account: accountId,
    time: new Date(timeMs ?? made.nowMs).toISOString().replace(/\.\d+Z$/, 'Z'),
    region,
    resources: [...(resources ?? [])],
    detail,
  };
}
