import type { NamedData, TypedData } from './typed-data.ts';

/** What the runner tells the app's host once. */
export interface HostOptions {
  /** Folder with package.json and host.json. */
  directory: string;
}

/** One invocation, in the names of Azure's worker protocol. */
export interface InvocationRequest {
  functionName: string;
  inputData: NamedData[];
  triggerMetadata: Record<string, TypedData>;
  /** W3C trace context. */
  traceContext?: { traceParent: string; traceState?: string };
  retryContext?: { retryCount: number; maxRetryCount: number };
}

export interface InvocationResponse {
  returnValue?: TypedData | null;
  outputData?: NamedData[];
}

/** Carries the `traceparent` of the invocation that a request to the local cloud comes from. */
export const TRACE_HEADER = 'x-local-traceparent';
