import type { Invocation, PoolSurroundings } from '../../engine/function-pool.ts';
import type { NetworkRules } from '../../engine/instance-network.ts';
import type { LogLevel } from './host-json.ts';
import type { FunctionKeys, HttpRoute } from './http-routes.ts';
import type { InputCall } from './input-bindings.ts';
import type { InvocationRequest } from './invocation.ts';
import type { OutputCall } from './output-bindings.ts';
import type { BoundOutput } from './outputs.ts';
import type { AlwaysReady } from './scale-groups.ts';
import type { Binding, NamedData, TypedData } from './typed-data.ts';

/** One function app, as Terraform configures it. */
export interface FunctionApp {
  name: string;
  /** Unpacked deployment package with package.json and host.json. */
  directory: string;
  /** App settings and what the platform adds; all of the instance's environment. */
  environment: Record<string, string>;
  memoryMb: number;
  /** Requests that an instance takes at a time. */
  concurrencyPerInstance: number;
  /** Of each group that scales by itself. */
  maximumInstances: number;
  alwaysReady: AlwaysReady;
  /** Used where host.json names no functionTimeout. */
  planTimeoutMs: number;
  keys: FunctionKeys;
}

export interface AzureFunctionsSurroundings extends PoolSurroundings {
  network: NetworkRules;
  trustCertificateFile: string;
  /** Reads the data of a function's input bindings before it runs. */
  readInputs?(call: InputCall & { bindings: Record<string, Binding> }): Promise<NamedData[]>;
  /** Carries out what a function gave to its output bindings; the invocation fails when this does. */
  writeOutputs?(outputs: BoundOutput[], call: OutputCall): Promise<void>;
  onLogRecord?(record: LogRecord): void;
  /** An instance begins to run an invocation; `onInvocation` follows when it ran. */
  onInvocationStart?(start: { instanceId: string; group: string }): void;
  onInvocation?(report: InvocationReport): void;
}

/** One invocation that is over. */
export interface InvocationReport {
  id: string;
  functionName: string;
  /** Absent when no instance could be had. */
  instanceId?: string;
  /** Where it stands in a trace: W3C `traceparent`, as the function sees it. */
  traceParent?: string;
  succeeded: boolean;
  startedAtMs: number;
  durationMs: number;
  coldStart: boolean;
  initDurationMs?: number;
}

export interface HttpCallOptions {
  /** Stands for the request's own trace context. */
  traceContext?: InvocationRequest['traceContext'];
  /** Called when a route is found and its function is about to be asked for an answer. */
  onRoute?(route: HttpRoute): void;
}

export interface LogRecord {
  atMs: number;
  level: LogLevel;
  /** `Function.hello.User`, `Function.hello`, `Host.Function.Console`, `Worker...` */
  category: string;
  message: string;
  functionName?: string;
  invocationId?: string;
  instanceId?: string;
}

export interface TriggerCall {
  data: TypedData;
  triggerMetadata?: Record<string, TypedData>;
  traceContext?: InvocationRequest['traceContext'];
  retryContext?: InvocationRequest['retryContext'];
  invocationId?: string;
  /** How many of these an instance runs at a time; without it, as many as requests. */
  callsPerInstance?: number;
  /** Why the function runs, as the host's log says it: `New queue message detected on 'orders'.` */
  reason?: string;
}

export type TriggerAnswer = Pick<
  Invocation,
  'id' | 'instanceId' | 'durationMs' | 'initDurationMs' | 'coldStart' | 'maxMemoryUsedMb'
> &
  (
    | { kind: 'succeeded'; returnValue: TypedData | null | undefined; outputs: BoundOutput[] }
    | { kind: 'failed'; errorType: string; message: string; stack: string[] }
    | { kind: 'throttled'; reason: string }
  );
