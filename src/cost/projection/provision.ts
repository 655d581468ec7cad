import type { Cloud } from '../../package/clouds.ts';

/** What a stack provisions, as far as it has to do with cost: plain data, computed from its Terraform alone. */
export interface Provision {
  cloud: Cloud;
  functions: FunctionFacts[];
  eventSources: EventSource[];
  stores: Store[];
  logs: LogRetention[];
  schedules: Schedule[];
  /** What costs by its mere existence. */
  fixed: FixedUse[];
  /** Resources of types that nothing is known of: their cost is a gap. */
  unknown: { type: string; addresses: string[] }[];
}

/** Which rules a function is billed and scaled by. */
export type Platform =
  | 'lambda'
  | 'azure-consumption'
  | 'azure-flex'
  | 'azure-premium'
  | 'cloud-run-requests'
  | 'cloud-run-instances';

export interface FunctionFacts {
  address: string;
  platform: Platform;
  memoryMb: number;
  /** Processors of an instance; on Lambda and Azure they follow from the memory. */
  vcpu: number;
  /** Requests that an instance takes at the same time. */
  concurrency: number;
  /** Instances that are paid for around the clock: provisioned, always ready, minimum. */
  readyInstances: number;
  architecture: 'x86' | 'arm64';
  /** Size of /tmp, where it is billed. */
  ephemeralMb: number;
  /** Whether requests are traced at a price. */
  traced: boolean;
}

/** What reads a queue or stream and calls a function with batches. */
export interface EventSource {
  address: string;
  source: 'sqs' | 'sqs-fifo' | 'kinesis' | 'dynamodb';
  /** Address of the queue or table. */
  from: string;
  function: string;
  batchSize: number;
  windowSeconds: number;
  /** Long polls of a queue that run all the time, of 20 seconds each. */
  pollers: number;
}

/** Where requests are billed by the mode of a table or account. */
export interface Store {
  address: string;
  mode: 'on-demand' | 'on-demand-infrequent' | 'provisioned';
}

export interface LogRetention {
  address: string;
  /** 0: for ever. */
  days: number;
  /** Most that is taken in a day. */
  dailyCapGb?: number | undefined;
}

/** What calls a function by the clock. */
export interface Schedule {
  address: string;
  function: string | undefined;
  perDay: number;
  /** Price of a tick, where it has one. */
  price?: string | undefined;
}

/** A line of the bill that does not depend on traffic. */
export interface FixedUse {
  address: string;
  /** What a reader calls it: `Alarms`. */
  name: string;
  /** Id of the price: `aws.cloudwatch.alarm_standard`. */
  price: string;
  quantity: number;
  /** What the quantity is for: the price's unit is a month, an hour or a day of it. */
  per: 'month' | 'hour' | 'day';
}

/** No facts yet. */
export function emptyProvision(cloud: Cloud): Provision {
  return {
    cloud,
    functions: [],
    eventSources: [],
    stores: [],
    logs: [],
    schedules: [],
    fixed: [],
    unknown: [],
  };
}

/** Enters a fixed use, unless it is none. */
export function fix(
  { fixed }: Provision,
  { address }: { address: string },
  name: string,
  price: string,
  amount: Pick<FixedUse, 'quantity' | 'per'>,
): void {
  if (amount.quantity > 0) fixed.push({ address, name, price, ...amount });
}
