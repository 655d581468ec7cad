import { AsyncLocalStorage } from 'node:async_hooks';
import diagnostics from 'node:diagnostics_channel';
import { TRACE_HEADER } from './invocation.ts';

const current = new AsyncLocalStorage<string>();

/** Runs an invocation; the requests that it sends, also after awaits, are known to be its own. */
export function withTrace<Result>(traceParent: string | undefined, run: () => Result): Result {
  return traceParent === undefined ? run() : current.run(traceParent, run);
}

interface NodeRequest {
  headersSent: boolean;
  setHeader(name: string, value: string): void;
}

interface UndiciRequest {
  addHeader(name: string, value: string): void;
}

/**
 * Writes onto every outgoing HTTP request which invocation it belongs to, so that the local cloud can draw it into the
 * right trace when an instance runs several at once. Nothing else reads it: instances reach the local cloud only.
 */
export function markOutgoingRequests(): void {
  diagnostics.subscribe('http.client.request.created', (message) => {
    const traceParent = current.getStore();
    const { request } = message as { request: NodeRequest };
    if (traceParent !== undefined && !request.headersSent) request.setHeader(TRACE_HEADER, traceParent);
  });
  diagnostics.subscribe('undici:request:create', (message) => {
    const traceParent = current.getStore();
    if (traceParent !== undefined)
      (message as { request: UndiciRequest }).request.addHeader(TRACE_HEADER, traceParent);
  });
}
