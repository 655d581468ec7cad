import type { ProviderModel, Stack } from '../terraform/stack.ts';
import type { Clock } from './engine/clock.ts';
import type { Course } from './engine/course.ts';
import type { GrantFinding } from './engine/grants.ts';
import type { LogStore } from './engine/log-store.ts';
import type { Meter } from './engine/meter.ts';
import type { MetricStore } from './engine/metric-store.ts';
import type { Processes } from './engine/processes.ts';
import type { Random } from './engine/random.ts';
import type { TraceStore } from './engine/trace-store.ts';
import type { WireHandler } from './engine/wire.ts';
import type { StackAccess } from './stack-access.ts';

/** What one run of the local cloud gives to whichever vendor's cloud it runs. */
export interface Surroundings {
  clock: Clock;
  /** The time that processes run in; differs from `clock` when that is virtual and is moved from outside. */
  wallClock: Clock;
  virtualTime: boolean;
  random: Random;
  meter: Meter;
  logs: LogStore;
  metrics: MetricStore;
  traces: TraceStore;
  course: Course;
  processes: Processes;
  /** Folder of this run, removed at its end. */
  runDirectory: string;
  /** Folder that stays between runs. */
  cacheDirectory: string;
  /** Unpacks a function package and returns the folder that holds it; a folder is one already. */
  unpack(archiveFile: string): Promise<string>;
  /** Tells the user something that no log of the platform holds. */
  warn(text: string): void;
}

/** A public way into the running stack. */
export interface Entrance {
  kind: 'http';
  /** Name of the resource: what the API is called in its Terraform. */
  name: string;
  /** The URL that the cloud would give it. */
  cloudUrl: string;
  handle: WireHandler;
  /** Headers that every caller has to send, where the stack asks for authorization. */
  callerHeaders(): Record<string, string>;
}

/** An endpoint for outside clients, which speak to it as the owner of the account. */
export interface Endpoint {
  /** What it is good for: `aws CLI and SDKs`. */
  name: string;
  /** Environment variables that point clients to it. */
  environment: Record<string, string>;
}

/** One vendor's cloud with a stack in it. */
export interface RunningCloud {
  entrances: Entrance[];
  endpoints: Endpoint[];
  /** The queues, topics, buckets and tables of the stack, for its owner. */
  access: StackAccess;
  /** Every grant of the Terraform that the run has not used so far. */
  unusedGrants(): GrantFinding[];
  close(): Promise<void>;
}

/** A vendor's part of the local cloud. */
export interface CloudVendor {
  /** Variables that make the stack's Terraform complete for a local run, below those that the user gives. */
  defaultVariables: Record<string, string>;
  /** What the vendor's providers compute. */
  provider: ProviderModel;
  start(stack: Stack, surroundings: Surroundings): Promise<RunningCloud>;
}
